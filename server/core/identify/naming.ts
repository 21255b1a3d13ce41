/** Readable section ids, made from headings of any script. */

/** Latin letters that Unicode does not take apart. */
const latin: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i', ħ: 'h', ŧ: 't', ŋ: 'n' };
const maxLength = 60;

/** The id of the text before the first heading. No other section gets it. */
export const lead = 'lead';

/** `Musk's role` -> `musks-role`, `Året på Öland` -> `aret-pa-oland`, `暴风雨` as it is; a heading without letters and digits -> `section`. */
export const slugOf = (heading: string): string => {
  const plain = heading.toLowerCase().replace(/['’‘ʼ`´]/g, '').normalize('NFD').replace(/(\p{Script=Latin})\p{M}+/gu, '$1').normalize('NFC')
    .replace(/[ßæœøđðþłıħŧŋ]/g, (letter) => latin[letter] ?? letter);
  const words = plain.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return shortened(words.join('-')) || 'section';
};

/** At most 60 characters, cut between two words where there are some. */
const shortened = (slug: string): string => {
  const letters = Array.from(slug);
  if (letters.length <= maxLength) return slug;
  const cut = letters.slice(0, maxLength + 1).join('');
  const end = cut.lastIndexOf('-');
  return end > 0 ? cut.slice(0, end) : letters.slice(0, maxLength).join('');
};

/** Gives ids to new sections: none that is in `taken`, which grows with each, numbered from -2 on where need be. */
export const createNaming = (taken: Set<string>) => {
  const numbers = new Map<string, number>();
  return (heading: string): string => {
    const slug = slugOf(heading);
    let number = numbers.get(slug) ?? 1;
    let id = slug;
    while (taken.has(id) || id === lead) id = `${slug}-${number += 1}`;
    numbers.set(slug, number);
    taken.add(id);
    return id;
  };
};
