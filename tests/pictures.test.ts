import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parseFragment, serialize } from 'parse5';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { picturesIn, reserveSpace } from '../server/core/pictures.ts';
import { textOf } from '../server/core/text.ts';
import { createPublisher } from '../server/publisher.ts';
import { createSizeOf } from '../server/pictures.ts';
import { createMemoryLog } from '../server/revision-log/memory.ts';
import { blocksOf, parse, warningsOf } from './parse-stories.ts';

describe('room for pictures', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('">', '<img src="x">', '&quot;', '>', 'width="1"'));
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('\u00a0', '&nbsp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const text = word.map((value) => value.toWellFormed().replace(/[\0\r]/g, ''));
  const image = fc.tuple(text, text).map(([src, alt]) => ({ src: `/stories/x${src}`, alt, html: `<img src="${escape(`/stories/x${src}`)}" alt="${escape(alt)}">` }));
  const part = fc.oneof(image, text.map((value) => ({ html: escape(value) })));
  const blocks = fc.array(part, { maxLength: 5 }).map((parts) => ({ html: `<p>${parts.map(({ html }) => html).join('')}</p>`, images: parts.flatMap((each) => ('src' in each ? [each] : [])) }));
  const settle = (html: string): string => serialize(parseFragment(html));

  test('law: every picture is found, and says how large it is; nothing else changes', () => {
    fc.assert(fc.property(blocks, ({ html, images }) => {
      const block = settle(html);
      const sized = reserveSpace(block, () => ({ width: 4, height: 3 }));
      expect(picturesIn([block])).toEqual(images.map(({ src, alt }) => ({ src, alt })));
      expect(picturesIn([sized])).toEqual(images.map(({ src, alt }) => ({ src, alt, width: 4, height: 3 })));
      expect(settle(sized)).toBe(sized);
      expect(textOf(sized)).toBe(textOf(block));
      expect(sized.replaceAll(' width="4" height="3"', '')).toBe(block);
    }));
  });

  test('what an editor wrote stays, and so does what nobody knows', () => {
    const [given, unknown] = ['<p><img src="/a.png" alt="" width="300"></p>', '<p><img src="/b.png" alt=""></p>'];
    expect(reserveSpace(given, () => ({ width: 4, height: 3 }))).toBe(given);
    expect(reserveSpace(unknown, () => undefined)).toBe(unknown);
  });
});

describe('a caption', () => {
  test('is what stands in quotes behind a picture of its own paragraph', () => {
    expect(blocksOf('![A bridge](b.jpg "The bridge & its pier")')).toEqual(['<figure><img src="/stories/uk/b.jpg" alt="A bridge"><figcaption>The bridge &amp; its pier</figcaption></figure>']);
  });

  test('is none where the picture stands in a text, or nothing is said', () => {
    expect(blocksOf('See ![a](a.jpg "title").')).toEqual(['<p>See <img src="/stories/uk/a.jpg" alt="a" title="title">.</p>']);
    expect(blocksOf('![a](a.jpg)')).toEqual(['<p><img src="/stories/uk/a.jpg" alt="a"></p>']);
  });
});

describe('a picture without a description', () => {
  test('is a warning with its line', () => {
    expect(warningsOf('# H\n\nOne\n![](a.jpg) two ![b](b.jpg)\n\n<img src="c.jpg">')).toEqual([expect.stringMatching(/^4:1: .*no description/), expect.stringMatching(/^6:1: .*no description.*alt/)]);
  });

  test('is none where it is said that there is nothing to describe, or in code', () => {
    expect(warningsOf('# H\n\n<img alt="" src="a.jpg">\n\n`<img src="b.jpg">` ![b](b.jpg)')).toEqual([]);
    expect(parse('# H\n\n![](a.jpg)').parsed).toBeDefined();
  });
});

describe('the size of a picture beside a story', () => {
  const be16 = (value: number): number[] => [value >> 8, value & 255];
  const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
  const frame = [0xff, 0xc0, ...be16(11), 8, ...be16(30), ...be16(40), 1, 1, 0x11, 0];
  const onItsSide = [0xff, 0xe1, ...be16(34), ...ascii('Exif\0\0MM\0*'), 0, 0, 0, 8, ...be16(1), ...be16(0x112), ...be16(3), 0, 0, 0, 1, ...be16(6), 0, 0, 0, 0, 0, 0];
  const app0 = [0xff, 0xe0, ...be16(16), ...ascii('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0];
  const files: Record<string, Buffer> = {
    'a.gif': Buffer.from([...ascii('GIF89a'), 40, 0, 30, 0, 0, 0, 0]),
    'a.svg': Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"/>'),
    'a.jpg': Buffer.from([0xff, 0xd8, ...app0, ...frame, 0xff, 0xd9]),
    'turned.jpg': Buffer.from([0xff, 0xd8, ...app0, ...onItsSide, ...frame, 0xff, 0xd9]),
    'uk/å b.gif': Buffer.from([...ascii('GIF89a'), 40, 0, 30, 0, 0, 0, 0]),
    'broken.png': Buffer.from('no picture'),
    'empty.png': Buffer.from(''),
    'story.md': Buffer.from('<svg width="4" height="3"></svg>'),
  };
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'stop-press-pictures-'));
    await mkdir(join(root, 'stories/uk'), { recursive: true });
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, 'stories', name), bytes);
    await writeFile(join(root, 'secret.gif'), files['a.gif'] ?? '');
    await symlink(join(root, 'secret.gif'), join(root, 'stories/link.gif'));
  });
  afterAll(() => rm(root, { recursive: true }));

  test.each([
    ['/stories/a.gif', 40, 30],
    ['/stories/a.gif?new#x', 40, 30],
    ['/stories/a.svg', 40, 30],
    ['/stories/a.jpg', 40, 30],
    ['/stories/turned.jpg', 30, 40],
    ['/stories/uk/%C3%A5%20b.gif', 40, 30],
  ])('%s', async (src, width, height) => {
    expect(await createSizeOf(join(root, 'stories'))(src)).toEqual({ width, height });
  });

  test.each(['/stories/none.png', '/stories/broken.png', '/stories/empty.png', '/stories/story.md', '/stories/link.gif', '/stories/../secret.gif', '/stories/%2e%2e/secret.gif', '/stories/%', 'https://example.org/a.gif', '/a.gif', ''])(
    'nobody knows: %s', async (src) => {
      expect(await createSizeOf(join(root, 'stories'))(src)).toBeUndefined();
    });

  test('is published with the story, and a new one with the next save', async () => {
    const log = createMemoryLog({ epoch: '7f3a9c21' });
    let size = { width: 40, height: 30 };
    const publisher = createPublisher({ log, lang: 'en', now: () => 0, sizeOf: async () => size });
    const save = (text: string) => publisher.saved({ slug: 'storm', file: 'storm.md', bytes: Buffer.from(text), fileHash: text, savedAt: 0 });
    const shown = () => (log.find('storm')?.kind === 'published' ? log.revision('storm', log.revisions('storm', { limit: 1 })[0]?.revision ?? 0) : undefined);
    const blocks = () => { const lookup = shown(); return lookup?.kind === 'found' ? lookup.state.sections.flatMap((section) => section.blocks) : []; };

    await save('# H\n\n![A](a.png)');
    expect(blocks()).toEqual(['<p><img src="/stories/a.png" alt="A" width="40" height="30"></p>']);
    size = { width: 20, height: 10 };
    expect((await save('# H\n\n![A](a.png)')).kind).toBe('unchanged');
    expect((await save('# H\n\n![A](a.png)\n\nMore.')).kind).toBe('published');
    expect(blocks()).toEqual(['<p><img src="/stories/a.png" alt="A" width="20" height="10"></p>', '<p>More.</p>']);
  });
});
