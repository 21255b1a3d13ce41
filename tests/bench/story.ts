/** Stories of any size that look written, and are the same every time. */
const vocabulary = 'storm railway line north minister passengers closed station wind snow track wire bus city council repair morning evening report police'.split(' ');

/** Numbers that look random and are the same every time (a linear congruential generator). */
export const createDice = (seed: number) => (sides: number): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * sides);
};

export const sentence = (dice: (sides: number) => number): string => `${Array.from({ length: 12 }, () => `${vocabulary[dice(vocabulary.length)]}${dice(4) === 0 ? dice(1_000) : ''}`).join(' ')}.`;

/** A story of about so many kB, a section for each 1.3 kB. */
export const storyOf = (kilobytes: number): string => {
  const dice = createDice(kilobytes);
  const parts = ['---\nheadline: A storm\n---\nThe lead of the story.\n'];
  for (let size = 0, number = 1; size < kilobytes * 1_000; number += 1) {
    const part = `## Section ${number} ${vocabulary[dice(20)]}\n\n${Array.from({ length: 4 }, () => `${sentence(dice)} **${sentence(dice)}** [a link](https://example.org/${number}) ${sentence(dice)}`).join('\n\n')}\n`;
    parts.push(part);
    size += part.length;
  }
  return parts.join('\n');
};

