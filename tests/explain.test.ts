import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { explain } from '../server/explain.ts';

const folder = mkdtempSync(join(tmpdir(), 'stop-press-explain-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const explained = (old: string, next: string) => {
  const lines: string[] = [];
  const done = explain(old, next, { lang: 'en', say: (line) => lines.push(line) });
  return { done, lines };
};

const pine = 'A pine fell across both tracks this morning north of the station, and took the wire with it.';
const old = write('old.md', `# Storm\n\nTrains stand still.\n\n## Cause\n\n${pine}\n\n## Passengers\n\nThere were 118 passengers on board.\n\n## Help\n\nCall 112.\n`);

it('says who each section is and why, what came and went, the ops and the grade', () => {
  const next = write('next.md', `# Storm closes the line\n\nTrains stand still.\n\n## Help\n\nCall 112.\n\n## Why\n\n${pine}\n\n## Snow\n\nMore of it tomorrow.\n`);
  expect(explained(old, next)).toEqual({
    done: true,
    lines: [
      'sections',
      '  lead   the lead',
      '  help   "Help": same heading and text',
      '  cause  "Why", was "Cause": same text under a new heading',
      '  snow   "Snow": new',
      'gone',
      '  passengers  "Passengers": removed',
      'ops',
      '  set headline: Storm[+ closes the line+]',
      '  remove passengers',
      '  edit cause: heading [-Cause-][+Why+]',
      '  move help after lead',
      '  insert snow after cause: "Snow", 1 block',
      '    [+More of it tomorrow.+]',
      'update: the headline, an author or a correction is another',
    ],
  });
});

it('names the measure of a likeness, and where a split or merged text went', () => {
  const next = write('merged.md', `# Storm\n\nTrains stand still.\n\n## Cause\n\n${pine} There were 118 passengers on board.\n\n## Help\n\nCall 112 or the police.\n`);
  const { lines } = explained(old, next);
  expect(lines).toContain('  passengers  "Passengers": merged into cause, which has taken up most of its text');
  expect(lines.find((line) => line.startsWith('  help'))).toMatch(/^ {2}help {3}"Help": same heading, \d+ % of the text in common$/);
  expect(explained(next, old).lines.find((line) => line.startsWith('  passengers'))).toMatch(/new, with text from "cause"$/);
});

it('reads plain text, and two files of different kinds', () => {
  const next = write('next.txt', `Storm\n\nTrains stand still.\n\n## Cause\n\n${pine}\n\n## Passengers\n\nThere were 180 passengers on board.\n\n## Help\n\nCall 112.\n`);
  expect(explained(old, next).lines).toEqual(expect.arrayContaining(['  edit passengers', '    block 1: There were [-118-][+180+] passengers on board.', 'update: the words of "passengers" differ']));
});

it('says when there would be no revision, or no story', () => {
  expect(explained(old, old).lines.at(-1)).toBe('no revision: readers would see no difference');
  const draft = write('draft.md', '---\nstatus: draft\n---\n# Storm\n\nTrains stand still.\n');
  expect(explained(old, draft).lines.at(-1)).toMatch(/^status draft/);
});

it('says what is wrong with a file that cannot be published, and explains nothing', () => {
  const [bad, latin] = [write('bad.md', '---\nstatus: nonsense\n---\n# Storm\n'), write('latin.md', new Uint8Array([0x23, 0x20, 0xe5]))];
  expect(explained(old, bad)).toEqual({ done: false, lines: [expect.stringMatching(/bad\.md:2:\d+: error: /)] });
  expect(explained(latin, bad).lines).toHaveLength(2);
  expect(explained(old, join(folder, 'missing.md'))).toEqual({ done: false, lines: [expect.stringMatching(/missing\.md:1:1: error: this file cannot be read/)] });
  expect(explained(old, write('picture.png', ''))).toEqual({ done: false, lines: [expect.stringMatching(/picture\.png:1:1: error: this is no story/)] });
});
