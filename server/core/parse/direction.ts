/** Scripts that run from right to left (Unicode, derived from their letters' Bidi_Class). */
const rightToLeft = new Set(
  ('Adlm Arab Aran Armi Avst Chrs Elym Hatr Hebr Hung Khar Mand Mani Mend Merc Mero Narb Nbat Nkoo ' +
    'Orkh Ougr Palm Phli Phlp Phnx Prti Rohg Samr Sarb Sogd Sogo Syrc Thaa Yezi').split(' '),
);

/** The direction in which a language (BCP 47) is written, by its script. */
export const directionOf = (lang: string): 'ltr' | 'rtl' => (rightToLeft.has(new Intl.Locale(lang).maximize().script ?? '') ? 'rtl' : 'ltr');
