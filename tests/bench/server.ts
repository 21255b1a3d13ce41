/** Stop Press as anybody starts it, on folders of its own. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from './child.ts';
import type { Scope } from './scope.ts';

const program = fileURLToPath(new URL('../../server/bin.js', import.meta.url));
const heapProbe = fileURLToPath(new URL('heap.ts', import.meta.url));

/** So that `Child.heap` is answered. */
export const withHeap = ['--expose-gc', '--import', heapProbe];

export type StopPress = Child & {
  port: number;
  address: string;
  /** Saves a story whole, by a rename over the old file, and returns the stamp in its note: ns at the moment when the save began. */
  save: (story: string, filler: number) => string;
  /** Starts another on the same folders and port. */
  again: () => Promise<StopPress>;
};

export type StopPressOptions = { args?: readonly string[]; stories?: readonly string[]; node?: readonly string[]; kilobytes?: number };

type Folders = { stories: string; data: string; revisions: Map<string, number> };

export const startStopPress = async (scope: Scope, options: StopPressOptions = {}): Promise<StopPress> => {
  const root = await scope.folder();
  const folders = { stories: join(root, 'stories'), data: join(root, 'data'), revisions: new Map() };
  mkdirSync(folders.stories);
  for (const story of options.stories ?? ['storm']) saveStory(folders, story, 0, options);
  return startOn(scope, folders, 0, options);
};

const startOn = async (scope: Scope, folders: Folders, port: number, options: StopPressOptions): Promise<StopPress> => {
  const child = startChild(scope, [process.execPath, ...(options.node ?? []), program, 'serve', folders.stories, '--data', folders.data, '--port', String(port), ...(options.args ?? [])], { role: 'server' });
  const [, address = '', taken = ''] = await child.said(/ on (http:\/\/.*:(\d+))$/);
  return {
    ...child,
    port: Number(taken),
    address,
    save: (story, filler) => saveStory(folders, story, filler, options),
    again: () => startOn(scope, folders, Number(taken), options),
  };
};

const saveStory = ({ stories, revisions }: Folders, story: string, filler: number, { kilobytes = 10 }: StopPressOptions): string => {
  const revision = (revisions.get(story) ?? 0) + 1;
  revisions.set(story, revision);
  const file = join(stories, `${story}.md`);
  const stamp = String(process.hrtime.bigint());
  writeFileSync(`${file}.new~`, storyText({ stamp, revision, filler, kilobytes }));
  renameSync(`${file}.new~`, file);
  return stamp;
};

const sentence = (number: number): string => `The ${number}th train of the day left the northern station after the wind had gone down, and the council was told of it.`;

/** A story of so many kB of which one paragraph is new in each revision: a number, and `filler` characters besides. The note stands in the diff as it is. */
const storyText = ({ stamp, revision, filler, kilobytes }: { stamp: string; revision: number; filler: number; kilobytes: number }): string => `---
headline: A storm
note: stamp=${stamp}
---
The lead of the story.

## Now

${revision}${fillerOf(revision, filler)}

${Array.from({ length: Math.max(1, Math.round(kilobytes / 1.2)) }, (_, section) => `## Section ${section}\n\n${Array.from({ length: 10 }, (_, index) => sentence(section * 10 + index)).join(' ')}\n`).join('\n')}`;

/** So many characters, in words that no other revision has: nothing of it can be said by what was there before. */
const fillerOf = (revision: number, characters: number): string => {
  let text = '';
  for (let word = 0; text.length < characters; word += 1) text += ` ${(revision * 7_919 + word * 104_729).toString(36)}${revision}`;
  return text.slice(0, characters).replace(/ $/, '.');
};
