/** Readers who were away at the same places are told with the same bytes, however many they are. */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { formats, type Diff, type ServerMessage } from '../server/core/protocol.ts';
import type { Frame } from '../server/frames.ts';
import { createReaders } from '../server/readers.ts';
import type { RevisionLog } from '../server/revision-log.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { contentOf, createNewsroom } from './newsroom.ts';

const [places, readersEach] = [50, 20];

/** Counts what a log is asked. */
const counting = (log: RevisionLog) => {
  const asked = { diff: 0, find: 0, locate: 0, resolve: 0 };
  const counted: RevisionLog = {
    ...log,
    diff: (...words) => ((asked.diff += 1), log.diff(...words)),
    find: (...words) => ((asked.find += 1), log.find(...words)),
    locate: (...words) => ((asked.locate += 1), log.locate(...words)),
    resolve: (...words) => ((asked.resolve += 1), log.resolve(...words)),
  };
  return { log: counted, asked };
};

/** A log of one story between revisions of another, and the places at which its readers went away. */
const history = async () => {
  const log = createMemoryLog({ epoch: '7f3a9c21' });
  const newsroom = createNewsroom(log);
  const away: string[] = [];
  const text = 'A paragraph that stays as it is, so that what is new is shorter than the whole. '.repeat(20);
  for (let number = 0; number <= places; number += 1) {
    const { position } = await newsroom.publish('storm', contentOf('Storm', ['Lead.'], [`${number}`], [text]));
    // Half of them know the place by the position of another story, read since.
    const other = await newsroom.publish('vote', contentOf('Vote', [`${number}`]));
    away.push(number % 2 === 0 ? position : other.position);
  }
  return { ...counting(log), newsroom, away: away.slice(0, places) };
};

const diffOf = ({ data }: Frame): Diff[] => {
  const message: ServerMessage = JSON.parse(String(data));
  return message.type === 'diff' ? [message] : [];
};

test.each(formats)('a thousand readers who come back from fifty places: each diff is made once, and made into bytes once (%s)', async (format) => {
  const { log, asked, newsroom, away } = await history();
  const readers = createReaders({ log });
  const sent = new Map<string, Frame[]>(away.map((after) => [after, []]));
  const comeBack = (after: string) => {
    const wire = { send: (frame: Frame) => void sent.get(after)?.push(frame), ping: () => undefined, close: () => undefined };
    const reader = readers.join(wire, { cork: () => undefined, uncork: () => undefined } as Socket);
    readers.subscribe(reader, { story: 'storm', after, format });
  };

  for (let turn = 0; turn < readersEach; turn += 1) away.forEach(comeBack);
  expect(asked).toEqual({ diff: places, find: 1, locate: places, resolve: places });
  for (const [after, frames] of sent) {
    const diffs = frames.filter(({ type }) => type === 'diff');
    expect(diffs).toHaveLength(readersEach);
    expect(new Set(diffs).size).toBe(1);
    expect(diffs.slice(0, 1).flatMap(diffOf)).toMatchObject([{ from: after }]);
  }

  // Nothing that was remembered outlives what stands.
  const { position: to } = await newsroom.publish('storm', contentOf('Storm', ['Lead.'], ['new'], ['Text.']));
  const [first = ''] = away;
  comeBack(first);
  // The revision itself is the diff for those who have come back; as a patch, which may be longer than the whole, it is weighed against it.
  expect(asked).toEqual({ diff: places + (format === 'json-patch' ? 2 : 1), find: 2, locate: places + 1, resolve: places + 1 });
  expect(sent.get(first)?.some(({ position }) => position === to)).toBe(true);
  readers.close();
});
