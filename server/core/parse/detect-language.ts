/** The language of a text by its script, or by its smallest words and its letters. */
import { languages } from '../languages.ts';

/** How a language is told: by `words`, and by `letters` beside those from a to z. */
type Features = { words: string; letters: string };

/** Languages that the pages do not speak, but stories may, or that are easily taken for one that they speak. */
const others: Readonly<Record<string, Features>> = {
  da: { letters: 'æøåé', words: 'og i at det er en et til på af for med som ikke har havde var den de fra men siger blev bliver efter der også hvor hun han kan skal vil sig om under over eller når nu ud mellem deres meget have være være ind ved hvad nogen været uden andre ham dem mig noget fået kunne skulle ville to år' },
  no: { letters: 'æøåéòóô', words: 'og i at det er en et ei til på av for med som ikke har hadde var den de fra men sier sa ble blir etter hva også hvor hun han kan skal vil seg om under over eller når nå ut mellom deres mye være inn ved fått noen vært uten andre ham dem meg noe enn kunne skulle ville to år mot bare' },
  nl: { letters: 'éèëïöü', words: 'de het een en van in dat is op te met voor niet zijn aan er ook maar door werd worden wordt naar heeft had bij uit om als over nog dan zij hij die deze dit kan was waren hebben meer tot na of geen onder zich hun zou zal kunnen wel tegen volgens' },
  af: { letters: 'êëéïôöûá', words: 'die en van in is het wat nie om te n op vir met as hy sy aan dat sal was by hulle deur ook word kan uit na maar hierdie ons een oor se of hom haar moet kon so toe al teen' },
  it: { letters: 'àèéìòùî', words: 'il lo la i gli le di che e è un una per non con del dello della dei delle sono nel nella al alla ai dal dalla da in a anche ha hanno più ma si come su o era stato stata questo questa se dopo' },
  pt: { letters: 'áâãàçéêíóôõúü', words: 'o a os as de que e do da dos das em no na nos nas um uma para por com não mais foi ser é são ao à se também como mas ou seu sua já até entre depois quando pelo pela tem foram' },
  gl: { letters: 'áéíñóúü', words: 'o a os as de que e do da dos das en no na nos nas un unha para por con non máis foi ser é son ao á se tamén como pero ou seu súa xa ata entre despois cando polo pola ten foron' },
  ca: { letters: 'àçéèíïóòúü', words: 'el la els les de del dels que i en un una per amb no és al als a es ha han va van com més però també o són seva aquest aquesta d l s hi ser entre fins quan' },
  ro: { letters: 'ăâîșțşţ', words: 'și de la în a cu pe din că o un nu este sunt care al ale ai lui mai se pentru prin după dar au fost fi sau ce le sa său' },
  pl: { letters: 'ąćęłńóśźż', words: 'i w na z ze się nie że do jest są o po jak to przez dla od był była było co oraz za ale tym tego tej jego zostało może także już tylko który która które a ma ich być lub ten ta nad pod gdy aby tak przed przy jej każdy bez' },
  cs: { letters: 'áčďéěíňóřšťúůýž', words: 'a v na se je že s z do o i ve k to za by pro po jako ale jsou byl byla bylo který která které od podle však také už při jeho jen není být má nebo ani aby jich tak před ze tento bez každý mezi' },
  fi: { letters: 'äöå', words: 'ja on ei että se oli hän myös mutta ovat kun mukaan jonka sen kuin joka jotka voi vain jo ole siitä tai ollut sekä ettei he tämä tämän olla hänen ne' },
  ru: { letters: 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя', words: 'и в на с что не по из к для это было его но от был была уже также после при до которые который которая о об как за а у то они он она их все так или во со если мы' },
  bg: { letters: 'абвгдежзийклмнопрстуфхцчшщъьюя', words: 'и в на е от за се да не с че са по ще до като си при той тя му му ни или след това което който която които беше бе към но а има още със без' },
  fa: { letters: 'ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی', words: 'و در به از که این را با است برای آن یک خود تا کرد بر هم نیز شد می شده اما ما یا پس ها های بود باید' },
  ur: { letters: 'ءآأؤئابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھیے', words: 'کے کی میں ہے اور سے کا کو نے پر یہ کہ ہیں کر بھی اس ہو جو ان ایک تھا تھی گیا وہ نہیں' },
};

const scriptOf = (letters: string): string => (/\p{Script=Arabic}/u.test(letters) ? 'Arabic' : /\p{Script=Cyrillic}/u.test(letters) ? 'Cyrillic' : 'Latin');

const known = new Map(
  Object.entries({ ...Object.fromEntries(languages.map(({ lang, pasted }) => [lang, pasted])), ...others })
    .map(([lang, { words, letters }]) => [lang, { words: new Set(words.split(' ')), foreign: new RegExp(`[\\p{Script=${scriptOf(letters)}}--[a-z${letters}]]`, 'v') }]),
);

/** How many languages have a word. */
const sharedBy = new Map<string, number>();
for (const { words } of known.values()) for (const word of words) sharedBy.set(word, (sharedBy.get(word) ?? 0) + 1);

/** Of the text's beginning: enough to be sure, whatever its length. */
const maxChars = 4_000;
/** Of all words: texts hold a third to a half of such words of their own language. */
const minShare = 0.15;
const minScore = 2;
/** How far ahead of the next language: by half of what that has, and by so much. */
const minLead = 1;
/** So far ahead is enough, however near the languages are. */
const sureLead = 3;

const letters = /\p{L}/gu;
const han = /\p{Script=Han}/gu;
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;

/** Languages that are alone with their script. */
const scripts = { ko: /\p{Script=Hangul}/gu, th: /\p{Script=Thai}/gu, el: /\p{Script=Greek}/gu, he: /\p{Script=Hebrew}/gu };

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
  return Object.entries(scripts).find(([, script]) => prevails(count(script)))?.[0];
};

/** The language, or `undefined` where the text is too short to tell, or close to two of them. */
export const detectLanguage = (text: string): string | undefined => {
  const beginning = text.slice(0, maxChars);
  return detectByScript(beginning) ?? detectByWords(beginning);
};

const detectByWords = (text: string): string | undefined => {
  const found = text.toLowerCase().normalize('NFC').replace(/[\p{Mn}\p{Cf}ـ]/gu, '').match(/\p{L}+/gu) ?? [];
  const counts = new Map<string, number>();
  for (const word of found) counts.set(word, (counts.get(word) ?? 0) + 1);
  const [[best, most] = ['', 0], [, next] = ['', 0]] = Array.from(known, ([lang, features]) => [lang, scoreOf(counts, features)] as const).sort(([, a], [, b]) => b - a);
  const lead = most - Math.max(next, 0);
  return most >= Math.max(minScore, found.length * minShare) && lead >= Math.min(Math.max(minLead, next / 2), sureLead) ? best : undefined;
};

/** A word counts the less the more languages have it; one in the language's script, with letters that the language lacks, counts against it. */
const scoreOf = (counts: ReadonlyMap<string, number>, { words, foreign }: { words: ReadonlySet<string>; foreign: RegExp }): number => {
  let score = 0;
  for (const [word, count] of counts) {
    if (words.has(word)) score += count / Math.sqrt(sharedBy.get(word) ?? 1);
    else if (foreign.test(word)) score -= count;
  }
  return score;
};
