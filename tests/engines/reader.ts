/** A reader of a story that a real server publishes, and an editor who saves it. */
import { createFolders, startServer } from '../server-process.ts';
import { untilShown, type Engine } from './engine.ts';

/** A server with one story, `storm`. */
export const createDesk = async (text: string, files: Record<string, string> = {}) => {
  const folders = await createFolders();
  for (const [name, content] of Object.entries(files)) await folders.save(name, content);
  await folders.save('storm.md', text);
  const server = await startServer(folders);
  let revision = 1;
  return {
    address: server.address,
    path: '/stories/storm',
    /** Saves the story and waits until the page of every reader shows it; the text must be another than the one before. */
    publish: async (text: string, ...readers: Engine[]): Promise<void> => {
      revision += 1;
      await folders.save('storm.md', text);
      await Promise.all(readers.map((reader) => untilShown(reader, `main[data-revision="${revision}"]`)));
    },
    close: async () => {
      await server.stop();
      await folders.remove();
    },
  };
};

export const openStory = async (engine: Engine, address: string): Promise<void> => {
  await engine.goto(address);
  await untilShown(engine, 'html[data-live="live"]');
};

type Watch = { top: number; frames: number; places: Set<number>; moves: { revision: string | undefined; px: number }[] };
type Watched = { watch: Watch };

/** Scrolls the block that holds a text to `at` px below the top of the screen, and takes down each frame in which it is painted elsewhere. */
export const startReading = (engine: Engine, text: string, at: number): Promise<void> => engine.run(async (text: string, at: number) => {
  const find = () => [...document.querySelectorAll('.blocks > *')].find((block) => block.textContent.includes(text));
  let element = find();
  if (!element) throw new Error(`nothing on the page says ${text}`);
  scrollBy({ top: element.getBoundingClientRect().top - at, behavior: 'instant' });
  for (let n = 0; n < 5; n += 1) await new Promise(requestAnimationFrame);
  const watch: Watch = { top: element.getBoundingClientRect().top, frames: 0, places: new Set(), moves: [] };
  const look = () => {
    element = element?.isConnected ? element : find();
    const px = (element?.getBoundingClientRect().top ?? NaN) - watch.top;
    if (!(Math.abs(px) < 0.05)) watch.moves.push({ revision: document.querySelector('main')?.dataset['revision'], px });
    watch.frames += 1;
    watch.places.add(scrollY);
    if ((globalThis as unknown as Watched).watch === watch) requestAnimationFrame(look);
  };
  (globalThis as unknown as Watched).watch = watch;
  look();
}, text, at);

/** The patch is on the screen. */
export const painted = (engine: Engine): Promise<void> => engine.run(async () => {
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
});

/** What was taken down since the reader started to read: how many frames, in how many places the page stood, and where the line was away from its own. */
export const movesSeen = (engine: Engine): Promise<{ frames: number; scrolled: number; moves: Watch['moves'] }> => engine.run(() => {
  const { frames, places, moves } = (globalThis as unknown as Watched).watch;
  return { frames, scrolled: places.size, moves: moves.slice(0, 20) };
});
