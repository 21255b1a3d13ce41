import { describe, expect, it } from 'vitest';
import { detectLanguage } from '../server/core/parse/detect-language.ts';
import { isFurniture, readClosing } from '../server/core/parse/furniture.ts';
import { errorsOf, notesOf, parse, published, secret } from './parse-stories.ts';

const txt = { format: 'txt' } as const;
const outline = (text: string): unknown[] => published(text, txt).sections.map(({ heading, blocks }) => [heading, ...blocks]);
const paragraph = 'The company says that the line will stay closed until the engineers have looked at every one of the bridges on it.';

describe('a plain text story', () => {
  it('begins with its headline, a repeat of which is dropped', () => {
    expect(published(`Storm closes line\n\nStorm closes Line\n${paragraph}`, txt).meta.headline).toBe('Storm closes line');
    expect(outline(`\n\nStorm closes line\n\nStorm closes Line\n\n${paragraph}`)).toEqual([['', `<p>${paragraph}</p>`]]);
    expect(published('# Storm\n\ntext.', txt).meta.headline).toBe('Storm');
    expect(published('Storm closes the line that leads to the north\nBy Ann Author\n\nText.', txt).meta.headline).toBe('Storm closes the line that leads to the north');
  });

  it('is text and nothing else', () => {
    expect(outline('H\n\n<b>one</b> & *two* [three](four) &amp; `five` "six".')).toEqual([['', '<p>&lt;b&gt;one&lt;/b&gt; &amp; *two* [three](four) &amp;amp; `five` "six".</p>']]);
    expect(outline('H\n\n---\nheadline: x\n---\n\n> one.')).toEqual([['', '<p>--- headline: x ---</p>', '<p>&gt; one.</p>']]);
    expect(outline('H\n\nSee https://example.org/a?b=c&d, or javascript:x.')).toEqual([['', '<p>See <a href="https://example.org/a?b=c&amp;d">https://example.org/a?b=c&amp;d</a>, or javascript:x.</p>']]);
  });

  it('has its wrapped lines joined, and others left apart', () => {
    const wrapped = 'The company says that the line will stay closed\nuntil the engineers have looked at every one\nof the bridges on it.';
    expect(outline(`H\n\n${wrapped}\n\n${wrapped}`)).toEqual([['', `<p>${wrapped.replaceAll('\n', ' ')}</p>`, `<p>${wrapped.replaceAll('\n', ' ')}</p>`]]);
    expect(outline(`H\n${paragraph} ${paragraph}\n${paragraph}\nYes.`)).toEqual([['', `<p>${paragraph} ${paragraph}</p>`, `<p>${paragraph}</p>`, '<p>Yes.</p>']]);
  });

  it('has lists where lines begin with a list mark', () => {
    expect(outline('H\n\nThey are:\n- one\n- two\n* three\n• four\n\nEnd.')).toEqual([['', '<p>They are:</p>', '<ul><li>one</li><li>two</li><li>three</li><li>four</li></ul>', '<p>End.</p>']]);
  });

  it('has no front matter', () => {
    expect(errorsOf(`---\nstatus: draft\n---\n\nH\n\n${paragraph}`, txt)).toEqual([expect.stringMatching(/^1:1: front matter belongs into a \.md file/)]);
    expect(errorsOf(`\n--- \nstatus: draft\n\n${paragraph}`, txt)).toEqual([expect.stringMatching(/^2:1: front matter/)]);
  });

  it('has no text: that is an error', () => {
    expect(errorsOf(' \n\n', txt)).toEqual([expect.stringMatching(/^1:1: .*no text/)]);
  });

  it('holds back comments and marked drafts all the same', () => {
    const text = `H\n\none <!-- ${secret} --> two.\n\n## A {.draft}\n\n${secret}\n\nWhat ${secret}\n\n${paragraph}\n\n### ${secret}\n\n## B {#b}\n\nthree.`;
    expect(JSON.stringify(parse(text, txt))).not.toContain(secret);
    expect(published(text, txt).sections).toMatchObject([{ blocks: ['<p>one two.</p>'] }, { heading: 'B', pin: 'b', line: 15, blocks: ['<p>three.</p>'] }]);
    expect(JSON.stringify(parse(`H\n\n## A {.draft}\n\nx\n\n## {.pinned}\n\n${secret}\n\n##\n\n${secret}`, txt))).not.toContain(secret);
    for (const held of ['A {.draft}', '## A {.draft} and more', 'A text {.draft}.']) expect(errorsOf(`H\n\n${held}\n\n${paragraph}`, txt)).toEqual([expect.stringMatching(/^3:1: \{\.draft\} holds nothing back/)]);
    for (const typo of ['{.draft', '.draft', '{. draft}', '{.drafts}']) expect(errorsOf(`H\n\n## A ${typo}\n\n${paragraph}`, txt)).toEqual([expect.stringMatching(/^3:[67]: /)]);
    expect(errorsOf('H\n\none <!-- two', txt)).toEqual([expect.stringMatching(/^3:5: .*never closed/)]);
  });
});

describe('headings of a plain text', () => {
  const isHeading = (line: string, after = paragraph): boolean => published(`H\n\n${paragraph}\n\n${line}\n\n${after}`, txt).sections.length > 1;

  it('are short lines without final punctuation before a paragraph', () => {
    for (const line of ['What we know', 'A line of more than eighty characters can be a heading if it has at most twelve', 'Vad vi vet om Öland', '我们知道什么', 'War/Peace', 'TT drivers on strike', 'العاصفة تغلق الخط', '118 people']) expect(isHeading(line)).toBe(true);
    expect(outline(`H\n\nOne\n${paragraph}`)).toEqual([[''], ['One', `<p>${paragraph}</p>`]]);
    expect(notesOf(`H\n\nOne\n${paragraph}`, txt)).toEqual(['3:1: taken for a heading: One']);
  });

  it('are no sentences, list marks, bylines, captions, numbers, or lines among others', () => {
    for (const line of ['They said no.', 'What now?', 'They are:', '- one', 'By Ann Author', 'Von Anna Autorin', 'Av Anna Författare', 'Foto: TT', '(c) Reuters', '© dpa', 'Jane Smith/Reuters', 'Jane Smith / AP Photo', 'dpa/Jane Smith', '(AFP)', 'Reuters', '118', '我'.repeat(31), `${'word '.repeat(20)}end`]) expect(isHeading(line)).toBe(false);
    expect(isHeading('One', 'Two')).toBe(false);
    expect(isHeading('One', '- two')).toBe(false);
    expect(published(`H\n\n${paragraph}\n\nOne`, txt).sections).toHaveLength(1);
  });

  it('are always what ## marks', () => {
    expect(outline('H\n\n## One.\n## Two {.pinned}\n\n### Three\ntext.')).toEqual([[''], ['One.'], ['Two'], ['Three', '<p>text.</p>']]);
    expect(published('H\n\n## One\n\n### Two', txt).sections.map(({ level }) => level)).toEqual([0, 2, 3]);
    expect(notesOf('H\n\n## One\ntext.', txt)).toEqual([]);
    expect(errorsOf('H\n\n## One {#X}', txt)).toEqual([expect.stringMatching(/^3:9: #X/)]);
  });
});

describe('page furniture', () => {
  it('is left out in any of the languages, and reported', () => {
    const lines = ['Comments (0)', '12 comments', 'Share this article', 'Share on Facebook', 'Advertisement', 'Read more »', 'Kommentarer (3)', 'Dela artikeln', 'Annons:', 'Läs mer', 'Kommentare (0)', 'Artikel teilen', 'Anzeige', 'Lesen Sie auch:', 'Auf Facebook teilen'];
    for (const line of lines) expect([line, isFurniture(line)]).toEqual([line, true]);
    expect(outline(`H\n\n${paragraph}\n\n${lines.join('\n')}`)).toEqual([['', `<p>${paragraph}</p>`]]);
    expect(notesOf(`H\n\n${paragraph}\n\nKommentare (0)`, txt)).toEqual(['5:1: left out as page furniture: Kommentare (0)']);
  });

  it('stands before no headline', () => {
    const text = `Comments (0)\nShare this article\n\nStorm closes line\nBy Ann Author\n\n${paragraph}`;
    expect(published(text, txt).meta.headline).toBe('Storm closes line');
    expect(outline(text)).toEqual([['', '<p>By Ann Author</p>', `<p>${paragraph}</p>`]]);
    expect(notesOf(text, txt)).toEqual(['1:1: left out as page furniture: Comments (0)', '2:1: left out as page furniture: Share this article']);
    expect(errorsOf('Comments (0)\n', txt)).toEqual([expect.stringMatching(/no text/)]);
  });

  it('is not what a story could say', () => {
    for (const line of ['Comments were closed after an hour.', 'Share prices', 'Anzeige gegen Minister', 'Dela ut pengar', 'Read more books, says minister', 'Annonserna försvinner', 'Print media in crisis', 'Kommentar: Stormen kommer']) expect([line, isFurniture(line)]).toEqual([line, false]);
  });
});

describe('the closing line', () => {
  it('says in its language that the story is developing, and is left out', () => {
    const lines = { en: 'This is a developing story. Check back for updates.', sv: 'Artikeln uppdateras.', de: 'Dieser Artikel wird laufend aktualisiert.' };
    for (const [lang, line] of Object.entries(lines)) {
      const { meta, sections } = published(`H\n\n${paragraph}\n\n${line}\n\nComments (0)`, txt);
      expect(meta).toMatchObject({ lang, status: 'developing' });
      expect(sections).toMatchObject([{ blocks: [`<p>${paragraph}</p>`] }]);
    }
  });

  it('stays where it says anything else', () => {
    const line = 'This story is being updated. Four people are missing.';
    expect(published(`H\n\n${line}`, txt).sections).toMatchObject([{ blocks: [`<p>${line}</p>`] }]);
    expect(readClosing('Sidan uppdateras löpande av redaktionen.')).toEqual({ lang: 'sv', alone: true });
    expect(readClosing('The developing world is growing.')).toBeUndefined();
    expect(readClosing('Sie wird es nicht schaffen.')).toBeUndefined();
  });
});

describe('the language of a plain text', () => {
  const samples = {
    en: 'The line was closed on Sunday and it is not known when it will open, said a spokesperson for the company that runs the trains.',
    sv: 'Linjen stängdes på söndagen och det är inte klart när den öppnar igen, säger en talesperson för bolaget som kör tågen.',
    de: 'Die Strecke wurde am Sonntag gesperrt und es ist nicht bekannt, wann sie wieder geöffnet wird, sagte eine Sprecherin des Unternehmens.',
    fr: 'La ligne a été fermée dimanche et on ne sait pas quand elle sera rouverte, a dit une porte-parole de la société qui exploite les trains.',
    es: 'La línea fue cerrada el domingo y no se sabe cuándo se abrirá de nuevo, dijo una portavoz de la compañía que opera los trenes.',
    da: 'Strækningen blev lukket søndag, og det er ikke klart, hvornår den åbner igen, siger en talsmand for selskabet, der også kører togene.',
    no: 'Strekningen ble stengt søndag, og det er ikke klart når den åpner igjen, sier en talsperson for selskapet som kjører togene etter avtale.',
    uk: 'Лінію закрили в неділю, і поки не відомо, коли її відкриють, сказала речниця компанії, яка також керує поїздами після аварії.',
    zh: '这条铁路线于周日关闭，运营列车的公司 Nordbahn 的发言人说，目前尚不清楚何时重新开放。',
    ja: '路線は日曜日に閉鎖され、再開の時期はまだ分かっていないと、列車を運行する会社の広報担当者が述べた。',
    ko: '이 노선은 일요일에 폐쇄되었으며 언제 다시 열릴지 알 수 없다고 열차를 운행하는 회사의 대변인이 말했다.',
    th: 'เส้นทางถูกปิดเมื่อวันอาทิตย์และยังไม่ทราบว่าจะเปิดอีกครั้งเมื่อใด โฆษกของบริษัทที่เดินรถไฟกล่าว',
    ar: 'أغلق الخط يوم الأحد ولا يعرف متى سيعاد فتحه، كما قال متحدث باسم الشركة التي تدير القطارات في البلاد منذ أن بدأت العاصفة على الساحل.',
  };

  it('is detected where the text is clear', () => {
    for (const [lang, text] of Object.entries(samples)) expect([lang, detectLanguage(text)]).toEqual([lang, lang]);
    expect(published(`Stormen\n\n${samples.sv}`, txt).meta.lang).toBe('sv');
    expect(published(`العاصفة\n\n${samples.ar}`, txt).meta).toMatchObject({ lang: 'ar', dir: 'rtl' });
  });

  it('is the default where it is not', () => {
    for (const text of ['', 'Storm', '118', '暴风雨关闭了铁路', 'Ann Author 東京都千代田区霞が関一丁目 Reuters Nordbahn', 'Lorem ipsum dolor sit amet']) expect(detectLanguage(text)).toBeUndefined();
    expect(published('Storm\n\nOK.', { ...txt, lang: 'sv' }).meta.lang).toBe('sv');
  });
});
