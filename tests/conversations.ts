/** The examples of docs/protocol.md: what a real session says, so that the document shows nothing else. */
import type { AnyDiff, ClientMessage, ServerMessage } from '../server/core/protocol.ts';
import { closeCodes, everyStory, formats } from '../server/core/protocol.ts';
import { hashOfContent } from '../server/core/hash.ts';
import type { Content, Section } from '../server/core/story.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { at, metaOf, publish } from './http-fixture.ts';
import { createWire, type Wire } from './wire.ts';

const width = 150;

/** Puts parts on as few lines as hold them. */
const filled = (parts: readonly string[], indent: string): string => {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last === undefined || last.includes('\n') || part.includes('\n') || indent.length + last.length + part.length + 1 > width) lines.push(part);
    else lines[lines.length - 1] = `${last},${part}`;
  }
  return lines.join(`,\n${indent}`);
};

/** JSON that breaks where it would be too wide. */
export const printed = (value: unknown, indent = '    '): string => {
  const flat = JSON.stringify(value);
  if (flat.length + indent.length <= width || typeof value !== 'object' || value === null) return flat;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) return `[${filled(value.map((each) => printed(each, deeper)), indent)}]`;
  return `{${filled(Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}:${printed(each, deeper)}`), indent)}}`;
};

const heard = (messages: (ServerMessage | AnyDiff)[]): string[] => messages.map((message) => `< ${printed(message)}`);
const said = (message: object): string => `> ${printed(message)}`;

const section = (id: string, blocks: string[], given: Partial<Section> = {}): Section => ({
  id, level: id === 'lead' ? 0 : 2, heading: id === 'lead' ? '' : 'What we know', attrs: {}, added: at(5), revised: at(5), was: [], blocks, ...given,
});

/** Minutes at which each part was last edited. */
type Edited = { since?: number; lead?: number; known?: number };

const storyOf = (headline: string, lead: string, known: string[], minute: number, { since = minute, lead: leadAt = minute, known: knownAt = minute }: Edited = {}): Content => {
  const meta = metaOf({ headline, authors: [], published: at(since), updated: at(minute) });
  const blocks = known.map((text) => `<p>${text}</p>`);
  const sections = [section('lead', [`<p>${lead}</p>`], { added: at(since), revised: at(leadAt) }), section('what-we-know', blocks, { added: at(since), revised: at(knownAt) })];
  return { hash: hashOfContent(meta, sections), meta, sections };
};

const aground = 'Ferry runs aground';
const ranAground = 'The evening ferry ran aground off Lindholm on Sunday.';
const passengers = 'There were 118 people on board.';
const unhurt = 'Nobody was hurt.';
const ferry = [
  storyOf(aground, ranAground, ['There were 108 people on board.'], 5),
  storyOf(aground, ranAground, [passengers], 9, { since: 5, lead: 5 }),
  storyOf(aground, ranAground, [passengers, unhurt], 12, { since: 5, lead: 5 }),
  storyOf('Ferry is afloat again', ranAground, [passengers, unhurt], 16, { since: 5, lead: 5, known: 12 }),
  storyOf('Ferry is afloat again', 'The evening ferry is afloat again.', [passengers, unhurt], 22, { since: 5, known: 12 }),
] as const;
const results = ['Results of the first districts are expected before midnight, those of the islands in the morning.', 'There are 212 districts, 14 of them on islands.'];
const vote = [storyOf('Polls are open', 'Polls opened at eight.', ['Turnout is high.', ...results], 11), storyOf('Polls are closed', 'Polls closed at eight.', ['Turnout was high.', ...results], 20, { since: 11 })] as const;

type Speech = { wire: Wire; lines: string[]; say(message: ClientMessage): void; listen(): void };

/** Every example, by its name in the document, in the order in which they happened: one story goes through all of them. */
export const createConversations = async (): Promise<Record<string, string>> => {
  const log = createMemoryLog({ epoch: '7f3a9c21', ancestors: [{ epoch: '5ea51de0', until: 2 }] });
  let minute = 5;
  const conversations: Record<string, string> = {};
  /** A heartbeat says what time it really is; here, what time it is in the story. */
  const timed = (message: ServerMessage): ServerMessage => (message.type === 'heartbeat' ? { ...message, at: at(minute) } : message);

  const talk = async (name: string, hold: (speech: Speech) => Promise<void> | void, { greeted = false } = {}): Promise<void> => {
    const wire = createWire({ log, id: '0b2f7a5c-4d1e-4a8e-9c55-7d0f3c1b9a62', now: () => Date.parse(at(minute)) });
    const hello = wire.deliverAll();
    const lines = greeted ? heard(hello) : [];
    await hold({
      wire,
      lines,
      say: (message) => void lines.push(said(message), ...heard(wire.say(message))),
      listen: () => void lines.push(...heard(wire.deliverAll().map(timed))),
    });
    const closed = wire.closed();
    wire.session.stop();
    conversations[name] = [...lines, ...(closed === undefined ? [] : [`(the server closes with ${closed})`])].join('\n');
  };

  const save = async (story: string, content: Content, given: Parameters<typeof publish>[3] = {}): Promise<void> => {
    minute = given.minute ?? minute;
    await publish(log, story, content, { ...given, minute });
  };

  await save('ferry', ferry[0], { minute: 5 });
  await talk('subscribe', async ({ wire, lines, say, listen }) => {
    say({ type: 'subscribe', story: 'ferry' });
    lines.push('(an editor saves a correction)');
    await save('ferry', ferry[1], { minute: 9, change: 'correction', note: 'The shipping company has given the number.' });
    listen();
    lines.push('(half a minute of silence)');
    minute = 10;
    wire.session.tick();
    listen();
  }, { greeted: true });

  await talk('restored', ({ say }) => say({ type: 'subscribe', story: 'ferry', after: '5ea51de0_2' }));

  await save('vote', vote[0], { minute: 11 });
  await save('ferry', ferry[2], { minute: 12 });
  await talk('resume', ({ say }) => say({ type: 'subscribe', story: 'ferry', after: '7f3a9c21_1' }));
  await talk('current', ({ say }) => say({ type: 'subscribe', story: 'ferry', after: '7f3a9c21_4' }));
  await talk('reset', ({ say }) => say({ type: 'subscribe', story: 'vote', after: '00c0ffee_97' }));

  await talk('withdrawn', async ({ lines, say, listen }) => {
    say({ type: 'subscribe', story: 'ferry', after: '7f3a9c21_4' });
    lines.push('(the story is withdrawn)');
    await log.withdraw('ferry', at((minute = 14)));
    listen();
    lines.push('(the story is put back, with another headline)');
    await save('ferry', ferry[3], { minute: 16 });
    listen();
  });

  await talk('moved', async ({ lines, say, listen }) => {
    say({ type: 'subscribe', story: 'ferry', after: '7f3a9c21_6' });
    lines.push('(the file is renamed)');
    await log.move('ferry', 'sea/ferry', at((minute = 18)));
    listen();
    say({ type: 'subscribe', story: 'sea/ferry', after: '7f3a9c21_7' });
  });

  await log.redact('sea/ferry', 3);
  await talk('redacted', ({ say }) => {
    say({ type: 'subscribe', story: 'sea/ferry', after: '7f3a9c21_4' });
  });

  await save('vote', vote[1], { minute: 20 });
  await talk('firehose', async ({ lines, say, listen }) => {
    say({ type: 'subscribe', story: everyStory, after: '7f3a9c21_7' });
    lines.push('(the story of the ferry is saved)');
    await save('sea/ferry', ferry[4], { minute: 22 });
    listen();
  });

  await talk('error', ({ say }) => {
    say({ type: 'subscribe', story: 'fery' });
    say({ type: 'subscribe', story: 'vote', format: 'xml' });
  });
  await talk('bad', ({ wire, lines }) => void lines.push('> {"type":"subscribe","story":7}', ...heard(wire.saySomethingElse({ type: 'subscribe', story: 7 }))));
  await talk('bye', ({ wire, lines, listen }) => {
    lines.push('(the server is about to stop)');
    wire.session.bye(closeCodes.restart);
    listen();
  });

  for (const format of formats) await talk(`in-${format}`, ({ say }) => say({ type: 'subscribe', story: 'vote', after: '7f3a9c21_3', format }));
  return conversations;
};
