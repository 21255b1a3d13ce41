/** Which language the pages speak. A language is one file in `languages/`; one that lacks a text does not compile. */
import { de } from './languages/de.ts';
import { en } from './languages/en.ts';
import { sv } from './languages/sv.ts';
import type { ClientTexts, Texts } from './languages/texts.ts';

export const languages: readonly Texts[] = [en, sv, de];

/**
 * The texts for a story's language (BCP 47), by its primary subtag; English where the pages do not speak it.
 * `locale` keeps the story's region: `en-US` has English texts and American times.
 */
export const textsFor = (lang: string): Texts => {
  const [primary = ''] = lang.toLowerCase().split('-');
  const texts = languages.find((language) => language.lang === primary);
  if (!texts) return en;
  return lang.includes('-') && isLocale(lang) ? { ...texts, locale: lang } : texts;
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
