import { describe, expect, it } from 'vitest';
import { detectLanguage } from '../server/core/parse/detect-language.ts';
import { isByline, isFurniture, readClosing } from '../server/core/parse/furniture.ts';
import { errorsOf, notesOf, parse, published, secret } from './parse-stories.ts';

const txt = { format: 'txt' } as const;
const outline = (text: string): unknown[] => published(text, txt).sections.map(({ heading, blocks }) => [heading, ...blocks]);
const paragraph = 'The company says that the line will stay closed until the engineers have looked at every one of the bridges on it.';

/** As pages have them, a few of many. */
const furniture = {
  fr: ['Commentaires (12)', 'Réagir à cet article', 'Partager', 'Partager l’article', 'Partager sur Facebook', 'Imprimer cette page', 'Publicité', 'Lire la suite', 'Lire aussi\u202f: Les ponts du littoral sous surveillance', 'À lire également', 'Sur le même sujet', 'Les plus lus', 'S’abonner', 'Inscrivez-vous à notre newsletter', 'Écouter l’article', 'Temps de lecture\u202f: 4 min', 'Aller au contenu principal', 'Gérer les cookies'],
  es: ['Comentarios (3)', '12 comentarios', 'Compartir', 'Compartir esta noticia', 'Compartir en WhatsApp', 'Copiar enlace', 'Publicidad', 'Leer más', 'Seguir leyendo', 'Lea también: El puente reabrirá en mayo', 'Te puede interesar', 'Noticias relacionadas', 'Lo más leído', 'Suscríbete', 'Iniciar sesión', 'Escuchar el artículo', 'Saltar al contenido', 'Configuración de cookies'],
  ar: ['التعليقات (0)', '٣ تعليقات', 'أضف تعليقًا', 'شارك', 'شارك الخبر', 'شارك على فيسبوك', 'مشاركة عبر واتساب', 'طباعة', 'نسخ الرابط', 'إعلان', 'اقرأ المزيد', 'المزيد ←', 'اقرأ أيضًا: الجسر يعاد فتحه في الربيع', 'إقرأ أيضا', 'أخبار ذات صلة', 'قد يهمك أيضًا', 'الأكثر قراءة', 'اشترك الآن', 'تسجيل الدخول', 'تابعنا على تويتر', 'استمع إلى المقال', 'الانتقال إلى المحتوى', 'العودة إلى الأعلى'],
  uk: ['Коментарі (5)', '12 коментарів', 'Залишити коментар', 'Поділитися', 'Поділитися новиною', 'Поділитися у Facebook', 'Скопіювати посилання', 'Реклама', 'Читати далі', 'Докладніше', 'Читайте також: Міст відкриють навесні', 'За темою', 'Новини за темою', 'Вас може зацікавити', 'Найпопулярніше', 'Підписатися', 'Підписуйтесь на наш Telegram', 'Увійти', 'Слухати статтю', 'Перейти до вмісту', 'Налаштування cookie'],
  sv: ['Läs också: Bron öppnar i vår', 'Läs mer: Så stängdes bron', 'Lästid: ca 3 min'],
  de: ['Lesen Sie auch: Die Brücke öffnet im Mai', 'Lesezeit: 3 Minuten', 'Mehr zum Thema: Brücken'],
  en: ['Read more: The bridge reopens in May', 'Related: Bridges of the coast', '4 min read'],
};
const furnitureLike = [
  'Les commentaires du ministre', 'Partager le pouvoir', 'Publicité mensongère', 'Lire entre les lignes', 'Plus de cent blessés',
  'Comentarios del ministro', 'Compartir piso en Madrid', 'Leer más libros, dice la ministra', 'Publicidad engañosa', 'Más información sobre el puente cerrado',
  'تعليق الدراسة في الشمال', 'مشاركة واسعة في الانتخابات', 'إعلان حالة الطوارئ', 'حفظ السلام', 'المزيد من القتلى',
  'Коментар міністра', 'Поділитися владою', 'Реклама тютюну під забороною', 'Читати між рядків', 'Увійти в історію', 'На початок тижня обіцяють дощ',
];
const closings = {
  fr: ['Cet article est régulièrement mis à jour.', 'Cet article sera mis à jour.', 'Article en cours d’actualisation', 'Information en cours de développement.', 'Nous actualisons cet article.', 'Plus d’informations à suivre.', 'Plus de détails à venir…', 'Mise à jour à suivre.'],
  es: ['Noticia en desarrollo.', 'Esta es una noticia en desarrollo. Habrá ampliación.', 'Esta noticia se está actualizando.', 'Este artículo será actualizado.', 'Habrá ampliación.', 'En breve, más información.', 'Más detalles en breve', 'Seguiremos informando.'],
  ar: ['الخبر قيد التحديث.', 'هذا خبر عاجل قيد التحديث.', 'يجري تحديث هذا الخبر.', 'سيتم تحديث الخبر. التفاصيل لاحقًا.', 'المزيد من التفاصيل لاحقًا.', 'التفاصيل بعد قليل…', 'يُتبع.', 'خبر متطوّر', 'سنحدّث هذا المقال.'],
  uk: ['Новина доповнюється.', 'Матеріал оновлюється.', 'Новина оновлюється. Деталі згодом.', 'Подробиці згодом.', 'Більше інформації згодом…', 'Статтю буде доповнено.', 'Ми оновлюємо цю новину.', 'Стежте за оновленнями.', 'Це новина, що розвивається.', 'Деталі з’ясовуються.'],
};
const closingLike = [
  'Cet article de loi est contesté.', 'L’article 49 a été utilisé.', 'En cours de rédaction, le projet a changé de nom.', 'Plus de détails ont été donnés par la police.',
  'En desarrollo de la ley, el Gobierno aprobó ayudas.', 'Esta noticia sorprendió a todos.', 'Es una noticia triste para el país.', 'Más información llegó desde el puerto.',
  'يتبع الحزب سياسة جديدة.', 'الخبر صدم الجميع.', 'يتم تحديث الأسطول كل عام.', 'قيد التحديث سبع سفن.',
  'Новина приголомшила всіх.', 'Оновлюється й парк потягів.', 'Деталі розповіла поліція міста.', 'Матеріал зібрали на місці.',
];
const bylines = {
  en: ['By Ann Author', 'BY ANN AUTHOR', 'By our correspondent', 'By AP', 'Words by Ann Author', 'Text: Ann Author', 'Source: Reuters', 'Image source, Getty', 'Updated 14:05', '5 minutes ago'],
  sv: ['Av Anna Författare', 'Av TT', 'Text: Anna Författare', 'Text och bild: Anna Författare', 'Foto Anna Författare/TT', 'Källa: SMHI', 'Senast uppdaterad 14:05', 'För 5 minuter sedan'],
  de: ['Von Anna Autorin', 'Von dpa', 'Von unserem Korrespondenten', 'Ein Kommentar von Anna Autorin', 'Text und Fotos: Anna Autorin', 'Quelle: dpa', 'Stand: 14:05', 'Stand 12. Mai', 'Zuletzt aktualisiert am 12. Mai', 'Bild: IMAGO'],
  fr: ['Par Anne Auteur', 'Par Anne Auteur avec AFP', 'Par notre correspondant à Lille', 'Propos recueillis par Anne Auteur', 'Avec l’AFP', 'Avec AFP', 'Texte\u202f: Anne Auteur', 'Photo\u202f: Jean Image / AFP', 'Crédit\u202f: AFP', 'Source\u202f: Météo', 'Publié le 12 mai à 14 h 05', 'Mis à jour le 12 mai', 'Dernière mise à jour à 14 h', 'Il y a 5 minutes', 'Anne Auteur/AFP', '(AFP)'],
  es: ['Por Ana Autora', 'Por nuestra corresponsal', 'Redacción', 'Redacción / EFE', 'Texto: Ana Autora', 'Foto: Juan Imagen / EFE', 'Fotografía de Juan Imagen', 'Fuente: AEMET', 'Un reportaje de Ana Autora', 'Entrevista de Ana Autora', 'Publicado el 12 de mayo', 'Actualizado a las 14:05', 'Última actualización 14:05', 'Hace 5 minutos', 'Europa Press', 'EFE'],
  ar: ['بقلم أمل كاتبة', 'كتب: سامي كاتب', 'كتبت / أمل كاتبة', 'تقرير: أمل كاتبة', 'إعداد: سامي كاتب', 'ترجمة: سامي كاتب', 'تصوير سامي مصور', 'صورة: رويترز', 'مصدر الصورة، غيتي', 'المصدر: وكالات', 'نُشر في 12 مايو', 'آخر تحديث: 14:05', 'تاريخ النشر 12 مايو', 'قبل 5 دقائق', 'رويترز', '(أ ف ب)', 'سامي كاتب/رويترز', '© فرانس برس'],
  uk: ['Автор: Іван Автор', 'Авторка: Олена Авторка', 'Текст: Олена Авторка', 'Текст і фото: Олена Авторка', 'Фото: УНІАН', 'Фото Івана Світлина', 'Джерело: Укрінформ', 'Підготувала Олена Авторка', 'Переклад: Іван Автор', 'Опубліковано 12 травня', 'Оновлено о 14:05', '5 хвилин тому', 'Іван Автор/Укрінформ', 'УНІАН', '© Суспільне'],
};
const bylineLike = [
  'By the numbers', 'Text messages reveal the plan', 'Sources of the fire', 'Av en slump', 'Texten som försvann', 'Källan till branden', 'Von nun an gilt die Maske', 'Stand der Ermittlungen', 'Quellen im Ministerium',
  'Par temps de pluie', 'Source d’inquiétude', 'Légende vivante', 'Par ailleurs', 'Por qué importa', 'Por ahora', 'Fuentes cercanas al gobierno', 'Texto íntegro', 'Hace falta más', 'كتب جديدة في المعرض', 'تقرير جديد عن الفيضانات', 'صور من الساحل', 'مصدر القلق', 'قبل العاصفة', 'Автори закону', 'Джерела пожежі', 'Текст угоди',
];

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

  it.each(Object.entries(bylines))('are no bylines in %s', (_, lines) => {
    for (const line of lines) expect([line, isByline(line), isByline(`\u200f${line}`)]).toEqual([line, true, true]);
  });

  it('may begin as bylines do', () => {
    for (const line of bylineLike) expect([line, isByline(line)]).toEqual([line, false]);
    for (const line of bylineLike) expect([line, isHeading(line)]).toEqual([line, true]);
  });

  it('are no sentences from right to left', () => {
    for (const line of ['ماذا بعد؟', 'قالوا لا.', 'وهم:', 'قال «نعم.»', 'أولا،', 'Ils ont dit\u202f: «\u202fOui.\u202f»', '„Nein.“']) expect([line, isHeading(line)]).toEqual([line, false]);
    for (const line of ['ما الذي نعرفه', 'الأضرار على الساحل', 'Що відомо', 'Ce que l’on sait', 'Lo que se sabe']) expect([line, isHeading(line)]).toEqual([line, true]);
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

  it.each(Object.entries(furniture))('is known in %s', (_, lines) => {
    for (const line of lines) expect([line, isFurniture(line)]).toEqual([line, true]);
    for (const line of lines) expect([line, isFurniture(`${line.toUpperCase()} »`)]).toEqual([line, true]);
  });

  it('is no story in any of the languages', () => {
    for (const line of furnitureLike) expect([line, isFurniture(line)]).toEqual([line, false]);
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

  it.each(Object.entries(closings))('is known in %s, and sets language and direction', (lang, lines) => {
    for (const line of lines) {
      for (const written of [line, `(${line})`, `*${line}*`, `— ${line}`, line.replaceAll(' ', '\u00a0'), line.replaceAll('’', "'"), `\u200f${line}\u200f`]) expect([written, readClosing(written)]).toEqual([written, { lang, alone: true }]);
      expect(published(`H\n\n${paragraph}\n\n${line}`, txt)).toMatchObject({ meta: { lang, dir: lang === 'ar' ? 'rtl' : 'ltr', status: 'developing' }, sections: [{ blocks: [`<p>${paragraph}</p>`] }] });
    }
  });

  it('is no sentence of a story', () => {
    for (const line of closingLike) expect([line, readClosing(line)]).toEqual([line, undefined]);
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
