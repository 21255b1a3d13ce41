/** The library as a page loads it: one module, minified. */
import { build, type Rolldown } from 'vite';

const root = new URL('../', import.meta.url);

export const bundleLibrary = async (): Promise<string> => {
  const built = await build({
    root: root.pathname,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { write: false, target: ['chrome122', 'firefox127', 'safari17'], rolldownOptions: { input: 'client/follow.ts', preserveEntrySignatures: 'strict' } },
  });
  const [output] = [built].flat().flatMap((each) => ('output' in each ? [each as Rolldown.RolldownOutput] : []));
  return output?.output[0].code ?? '';
};
