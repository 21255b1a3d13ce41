/** Lines that come along when a story is copied from a page: furniture to leave out, and the closing line that says that the story is developing. */

type Phrases = {
  lang: string;
  /** Whole lines, in small letters and without the punctuation at their end. */
  furniture: RegExp;
  /** How a sentence begins that says that the story is developing. */
  developing: RegExp;
};

const lines = (...patterns: string[]): RegExp => new RegExp(`^(?:${patterns.join('|')})$`, 'u');
const beginnings = (...patterns: string[]): RegExp => new RegExp(`^(?:${patterns.join('|')})(?![\\p{L}\\p{N}])`, 'u');

/** The name of a place to share to. */
const place = String.raw`[\p{L}\p{N} -]{1,20}`;
const count = String.raw`(?: ?\(\d+\))?`;

const english: Phrases = {
  lang: 'en',
  furniture: lines(
    String.raw`(?:\d+ )?comments?${count}`,
    '(?:share|save|print|bookmark|copy link)(?: this)?(?: article| story| page| post)?',
    `share (?:this )?(?:on|via|by) ${place}`,
    'advertisement|sponsored(?: content)?',
    '(?:read|see|show|load) more',
    '(?:also read|read also|read next|related|more on this)(?: articles| stories| topics| story)?',
    'most (?:read|popular|viewed)',
    '(?:subscribe|sign up|log in|sign in|follow us|newsletter)(?: now| here)?(?: to our newsletter| for our newsletter)?',
    'listen to (?:this|the) (?:article|story)',
    'skip to (?:main )?content|back to top|cookie settings',
  ),
  developing: beginnings(
    'this is a (?:developing|breaking)(?: news)? story',
    '(?:this|the) (?:developing |breaking |news )*(?:story|article|page|report|post) (?:is|is still|is being|will be) (?:developing|updated|breaking)',
    '(?:please )?(?:check|come) back (?:soon |later )?for (?:more )?updates',
    'refresh (?:the|this) page for (?:the )?(?:latest|updates)',
    'more (?:details |information )?(?:to follow|soon)',
    'developing story',
  ),
};

const swedish: Phrases = {
  lang: 'sv',
  furniture: lines(
    String.raw`(?:\d+ )?kommentar(?:er)?${count}`,
    '(?:dela|spara|skriv ut|kopiera)(?: artikeln| artikel| sidan| inlägget| länk| länken)?',
    `dela (?:artikeln )?(?:på|via) ${place}`,
    'annons',
    '(?:läs|visa|ladda) mer',
    'läs (?:också|även|vidare)|relaterat|relaterade artiklar|mer (?:i|om) ämnet',
    'mest (?:läst|lästa|populära)',
    '(?:prenumerera|logga in|följ oss|nyhetsbrev)(?: nu| här)?(?: på vårt nyhetsbrev)?',
    'lyssna på (?:artikeln|texten)',
    '(?:hoppa|gå) till innehåll(?:et)?|till toppen|kakinställningar',
  ),
  developing: beginnings(
    '(?:artikeln|texten|nyheten|sidan|den här artikeln|den här texten|denna artikel) (?:uppdateras|kommer att uppdateras|är under uppdatering)',
    '(?:det här|detta|här) är en (?:nyhet|händelse|artikel) (?:under utveckling|som uppdateras)',
    'nyheten är under utveckling',
    'mer (?:information )?(?:kommer|följer|inom kort)',
    'uppdateras',
  ),
};

const german: Phrases = {
  lang: 'de',
  furniture: lines(
    String.raw`(?:\d+ )?kommentare?${count}`,
    '(?:artikel |beitrag |seite )?(?:teilen|merken|drucken|speichern|link kopieren)',
    `(?:auf|per|via) ${place} teilen`,
    'anzeige|werbung',
    'mehr (?:lesen|anzeigen|laden)|weiterlesen',
    'lesen sie (?:auch|mehr)|auch interessant|mehr zum thema|verwandte (?:artikel|themen)',
    'meistgelesen(?:e artikel)?|am meisten gelesen',
    '(?:abonnieren|anmelden|einloggen|folgen sie uns|newsletter)(?: jetzt| hier| abonnieren)?',
    'artikel (?:anhören|vorlesen)',
    '(?:direkt )?zum (?:haupt)?inhalt(?: springen)?|nach oben|cookie-einstellungen',
  ),
  developing: beginnings(
    '(?:diese[rs]?|der|die) (?:artikel|text|beitrag|bericht|meldung|nachricht|seite) wird (?:laufend |fortlaufend |ständig |weiter |regelmäßig )*(?:aktualisiert|ergänzt)',
    '(?:dies|das) ist eine (?:sich entwickelnde (?:geschichte|lage|nachricht)|laufende meldung|eilmeldung)',
    'wir aktualisieren (?:diesen artikel|diese meldung)',
    'weitere informationen (?:folgen|in kürze)|mehr in kürze',
    'wird (?:laufend )?aktualisiert',
  ),
};

const phrases: readonly Phrases[] = [english, swedish, german];

const longestLine = 200;

/** Whether a line is page furniture and no part of the story, in any language the pages speak. */
export const isFurniture = (line: string): boolean => {
  if (line.length > longestLine) return false;
  const bare = line.toLowerCase().replace(/[\s.:!›»>…→]+$/u, '');
  return phrases.some(({ furniture }) => furniture.test(bare));
};

const bylines = beginnings(
  'by|von|av|text',
  'fotos?|photos?|photograph|picture|bild(?:er)?|image|video|grafik|graphic|illustration',
  'source|källa|quelle|credit',
  '(?:last )?updated|published|publicera[dt]|uppdatera[dt]|veröffentlicht|aktualisiert|stand',
);

const agency =
  '(?:reuters|afp|ap|ap photo|dpa|tt|ntb|ritzau|stt|epa|efe|ansa|lusa|anp|apa|sda|keystone|pap|cp|aap|pa|upi|tass|xinhua|kyodo|yonhap|bloomberg|getty images|getty|epd|kna|sid|imago|alamy)';
/** `Jane Smith/Reuters`, `TT / AFP`, `(dpa)`. */
const credit = new RegExp(`^[^/|]{1,60}[/|] ?${agency}$|^${agency} ?[/|][^/|]{1,60}$|^\\(?${agency}\\)?$`, 'u');

/** Byline, caption, credit and time lines: short and without a full stop, but no headings. */
export const isByline = (line: string): boolean => [bylines, credit].some((pattern) => pattern.test(line.toLowerCase())) || /^(?:©|\(c\)|@)/i.test(line);

/** What a closing paragraph says: in which language it says that the story is developing, and whether it says nothing else. */
export const readClosing = (paragraph: string): { lang: string; alone: boolean } | undefined => {
  if (paragraph.length > longestLine) return undefined;
  const sentences = paragraph.toLowerCase().replace(/^[\s*_([-]+/u, '').split(/(?<=[.!?])\s+/u);
  const language = phrases.find(({ developing }) => sentences.some((sentence) => developing.test(sentence)));
  return language && { lang: language.lang, alone: sentences.every((sentence) => language.developing.test(sentence)) };
};
