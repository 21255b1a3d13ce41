/** Which language the pages speak. A language is one file in `languages/`; one that lacks a text does not compile. */
import { ar } from './languages/ar.ts';
import { de } from './languages/de.ts';
import { en } from './languages/en.ts';
import { es } from './languages/es.ts';
import { fr } from './languages/fr.ts';
import { sv } from './languages/sv.ts';
import type { ClientTexts, Language, Texts } from './languages/texts.ts';
import { uk } from './languages/uk.ts';

export const languages: readonly Language[] = [en, sv, de, fr, es, ar, uk];

/**
 * The texts for a story's language (BCP 47), by its primary subtag; English where the pages do not speak it, or write it otherwise (`uk-Latn`).
 * `locale` keeps the story's region: `en-US` has English texts and American times.
 */
export const textsFor = (lang: string): Texts => {
  const [primary = ''] = lang.toLowerCase().split('-');
  const language = languages.find((language) => language.lang === primary && (!lang.includes('-') || scriptOf(lang) === scriptOf(primary)));
  const { pasted: _pasted, ...texts } = language ?? en;
  return language && lang.includes('-') && isLocale(lang) ? { ...texts, locale: lang } : texts;
};

/** The part of the texts that the page's script needs. */
export const clientTexts = (texts: Texts): ClientTexts => {
  const { pages: _pages, ...client } = texts;
  return client;
};

const isLocale = (lang: string): boolean => {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(lang).length > 0;
  } catch {
    return false;
  }
};

/** The script in which a language is written, by its tag alone; that of its primary subtag where the rest is none. */
const scriptOf = (lang: string): string | undefined => {
  try {
    return new Intl.Locale(lang).maximize().script;
  } catch {
    return lang.includes('-') ? scriptOf(lang.split('-')[0] ?? '') : undefined;
  }
};
