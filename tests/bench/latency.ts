/** `npm run bench:latency`: from the end of a save to the frame that a reader's browser has painted. Prints milliseconds over 50 saves. */
import { launchChromium } from '../browser/chromium.ts';
import { createFolders, startServer } from '../server-process.ts';

const saves = Number(process.argv[2] ?? 50);

const story = (n: number): string => `---
headline: The tide gauge
---
The gauge stands at ${n} centimetres.

## Since this morning

${Array.from({ length: 12 }, (_, i) => `Reading ${i + 1} was taken on time, and is ${(n * (i + 7)) % 97} above the mean.`).join('\n\n')}

## What it means

Nothing yet: the tide comes and goes.
`;

const median = (sorted: number[]): number => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;

const folders = await createFolders();
await folders.save('tide.md', story(0));
const server = await startServer(folders);
const browser = await launchChromium();
try {
  const page = await browser.newPage();
  await page.goto(`${server.address}/stories/tide`);
  await page.waitForSelector('html[data-live="live"]');
  const times: number[] = [];
  for (let n = 1; n <= saves; n += 1) {
    const painted = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const afterPaint = () =>
            requestAnimationFrame(() => {
              const channel = new MessageChannel();
              channel.port1.addEventListener('message', () => resolve(performance.timeOrigin + performance.now()));
              channel.port1.start();
              channel.port2.postMessage(0);
            });
          document.addEventListener('stop-press:patched', afterPaint, { once: true });
        }),
    );
    await page.evaluate(() => undefined); // the listener stands before the save
    await folders.save('tide.md', story(n));
    const saved = performance.timeOrigin + performance.now();
    times.push((await painted) - saved);
    await new Promise((resolve) => setTimeout(resolve, 700)); // an editor's pace: each save stands alone
  }
  const sorted = times.toSorted((a, b) => a - b);
  const ms = (value: number | undefined): string => `${(value ?? Number.NaN).toFixed(0)} ms`;
  console.log(`save to painted, ${saves} saves: median ${ms(median(sorted))}, p90 ${ms(sorted[Math.floor(saves * 0.9)])}, max ${ms(sorted.at(-1))}`);
} finally {
  await browser.close();
  await server.stop();
  await folders.remove();
}
