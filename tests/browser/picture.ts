/** `npm run picture`: makes docs/picture.png, a real page that has just changed. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replaceInEditor } from '../editor.ts';
import { createFolders, startServer } from '../server-process.ts';
import { launchChromium } from './chromium.ts';

const samples = fileURLToPath(new URL('../../stories', import.meta.url));
const picture = fileURLToPath(new URL('../../docs/picture.png', import.meta.url));

const folders = await createFolders();
await cp(samples, folders.stories, { recursive: true });
const server = await startServer(folders);
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 820, height: 1180 }, deviceScaleFactor: 1.5 });
  await page.goto(`${server.address}/stories/harbour-bridge`);
  await page.waitForSelector('html[data-live="live"]');
  const path = join(folders.stories, 'harbour-bridge.md');
  replaceInEditor(path, 'before 16:00', 'before 18:00');
  await page.waitForSelector('main[data-revision="2"]');
  replaceInEditor(path, 'nine were treated for cuts and bruises', 'eleven were treated, one of them in hospital');
  await page.waitForSelector('main[data-revision="3"]');
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState === 'finished'));
  await page.screenshot({ path: picture });
  console.log(picture);
} finally {
  await browser.close();
  await server.stop();
  await folders.remove();
}
