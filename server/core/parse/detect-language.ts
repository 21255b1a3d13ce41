/** The language of a text by its script, or by its smallest words. */
const words: Readonly<Record<string, string>> = {
  en: 'the and of to in is was that for with on are were has have it as by from said not but which after who their',
  sv: 'och att det som är på av för med den till inte har var ett om de från men sig säger efter också blev när hade',
  de: 'der die und das ist nicht mit den von zu ein eine auf für sich dem im wird auch des als nach bei hat sind wurde',
  fr: 'le la les et des est une dans que pour qui sur pas au avec du par plus sont été ont cette ce aux mais',
  es: 'el la los las y de que en es una por con para se del como más fue pero su sus ha al según también',
  da: 'og at det er en til på af for med som ikke har var den fra men siger blev efter der også hvor et bliver',
  no: 'og at det er en til på av for med som ikke har var den fra men sier ble etter hva også hvor et blir',
  nl: 'de het een en van dat is op te met voor niet zijn aan er ook maar door werd naar heeft bij wordt uit',
  it: 'il la di che e un una per non è con del della sono nel alla i gli dei anche ha più dal ma si',
  pt: 'o a os as de que e do da em um uma para com não por mais foi dos das no na ao se são também',
  pl: 'i w na z się nie że do jest o po jak to przez dla od są był co oraz za ale tym zostało roku',
  fi: 'ja on ei että se oli hän myös mutta ovat kun mukaan jonka sen kuin joka voi vain jo ole siitä tai ollut sekä',
  uk: 'і в на що з до та не за у від про як для це було його але був вже також після які який через',
  ru: 'и в на что с не по из к для это было его но был уже также после которые который о от как за',
  ar: 'في من على أن إلى التي الذي هذا هذه عن مع كان قال ما لا بعد كما بين قد وقد وقال وفي ولم أو',
};

/** Which languages have a word. */
const languagesOf = Map.groupBy(
  Object.entries(words).flatMap(([lang, list]) => list.split(' ').map((word) => ({ word, lang }))),
  ({ word }) => word,
);

/** Of the text's beginning: enough to be sure, whatever its length. */
const maxChars = 10_000;
/** Of all words; texts hold a third to a half of such words of their own language. */
const minShare = 0.12;
const minLead = 3;

const letters = /\p{L}/gu;
const han = /\p{Script=Han}/gu;
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const hangul = /\p{Script=Hangul}/gu;
const thai = /\p{Script=Thai}/gu;

/** Of letters in a script: fewer could be a name, or a Japanese headline without kana. */
const minLetters = 12;

/** Of languages that write no spaces, or are alone with their script. */
const detectByScript = (text: string): string | undefined => {
  const count = (script: RegExp): number => text.match(script)?.length ?? 0;
  const all = count(letters);
  const prevails = (number: number): boolean => number >= minLetters && number > all / 2;
  const syllables = count(kana);
  const ideographs = count(han) + syllables;
  if (prevails(ideographs)) return syllables > ideographs * 0.15 ? 'ja' : 'zh';
  if (prevails(count(hangul))) return 'ko';
  return prevails(count(thai)) ? 'th' : undefined;
};

/** The language, or `undefined` where the text is too short to tell, or close to two of them. */
export const detectLanguage = (text: string): string | undefined => {
  const beginning = text.slice(0, maxChars);
  return detectByScript(beginning) ?? detectByWords(beginning);
};

const detectByWords = (text: string): string | undefined => {
  const found = text.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? [];
  const counts = new Map<string, number>();
  for (const word of found) for (const { lang } of languagesOf.get(word) ?? []) counts.set(lang, (counts.get(lang) ?? 0) + 1);
  const [best, second] = Array.from(counts).sort(([, a], [, b]) => b - a);
  if (!best || best[1] < found.length * minShare || best[1] - (second?.[1] ?? 0) < minLead) return undefined;
  return best[0];
};
