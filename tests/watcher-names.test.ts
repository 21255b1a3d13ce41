import { expect, test } from 'vitest';
import { parseName } from '../server/watcher/names.ts';

test.each([
  ['storm.md', 'storm'],
  ['storm.txt', 'storm'],
  ['STORM.MD', 'STORM'],
  ['uk/vote.md', 'uk/vote'],
  ['Öresund.md', 'Öresund'],
  ['O\u0308resund.md', 'Öresund'],
  ['storm (conflicted copy).md', 'storm (conflicted copy)'],
  ['my revisions.md', 'my revisions'],
  ['pic.jpg/caption.md', 'pic.jpg/caption'],
  ['node.js.md', 'node.js'],
])('%s is the story %s', (file, slug) => expect(parseName(file)).toEqual({ kind: 'story', slug }));

test.each('jpg jpeg png gif webp avif svg mp4 webm mp3 vtt pdf'.split(' '))('a story named like a .%s would have its address', (end) =>
  expect(parseName(`uk/map.${end}.md`)).toEqual({ kind: 'refused', reason: expect.stringContaining(`".${end}"`) as string }),
);

const foreign = `storm storm.html storm.Md storm.md~ #storm.md# .#storm.md .storm.md.swp ._storm.md ~$storm.md 4913 storm.md.bak storm.md___jb_tmp___
  .goutputstream-1A2B3C lu1234abcd.tmp storm.md.filepart storm.sync-conflict-20260102-030405-ABCDEFG.md .md storm.md.sb-5f3a1c2e-AbCdEf/storm.md
  .git/storm.md ..data/storm.md uk/.stop-press/storm.md node_modules/x/readme.md`;

test.each(foreign.split(/\s+/))('%s is none of our business', (file) => expect(parseName(file)).toEqual({ kind: 'ignored' }));

test.each(['revisions.md', 'uk/compare.txt', 'embed/storm.md', 'storm/feed.atom.md', 'storm/ninjs.md', 'a.md.txt', 'notes.txt/storm.md', 'storm\uFFFD.md', 'storm\n.md', '*.md', 'pic.jpg.md', 'uk/map.SVG.txt'])('%s is refused, with a reason', (file) =>
  expect(parseName(file)).toEqual({ kind: 'refused', reason: expect.stringContaining('rename') as string }),
);
