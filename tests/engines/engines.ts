/** The three engines, each behind the same few words. `ENGINES=firefox,webkit` chooses. */
import * as chromium from './chromium.ts';
import type { Engine, EngineName, EngineOptions } from './engine.ts';
import * as firefox from './firefox.ts';
import * as webkit from './webkit.ts';

const all: { name: EngineName; launch: (options: EngineOptions) => Promise<Engine> }[] = [
  { name: 'chromium', launch: chromium.launch },
  { name: 'firefox', launch: firefox.launch },
  { name: 'webkit', launch: webkit.launch },
];

const chosen = process.env['ENGINES']?.split(',');

export const engines = all.filter(({ name }) => chosen?.includes(name) ?? true);
export type { Engine };

/** All of them at once, or none. */
export const launchAll = async (options: EngineOptions): Promise<Engine[]> => {
  const started = await Promise.allSettled(engines.map(({ launch }) => launch(options)));
  const ready = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = started.find((each) => each.status === 'rejected');
  if (failed) await Promise.all(ready.map((engine) => engine.close()));
  if (failed) throw failed.reason;
  return ready;
};
