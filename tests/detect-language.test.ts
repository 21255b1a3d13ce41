import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { languages } from '../server/core/languages.ts';
import { detectLanguage } from '../server/core/parse/detect-language.ts';

/** As they stand in news: names, numbers, quotations, few of the smallest words in some. */
const spoken: Record<string, string[]> = {
  en: [
    'The ferry to Harwich was cancelled on Tuesday after the captain reported a leak.',
    'Nobody has been hurt, but more than 300 people had to spend the night in a school.',
    '“We will not open the bridge before it is safe,” said Mayor Ines Fuchs.',
    'Police are looking for two men who were seen at the harbour.',
    'Prices rose by 4 per cent in May, the highest increase since 2011.',
    'It is the third time this year that the line has been closed.',
  ],
  sv: [
    'Färjan till Harwich ställdes in på tisdagen sedan kaptenen rapporterat en läcka.',
    'Ingen har skadats, men över 300 personer fick tillbringa natten i en skola.',
    '”Vi öppnar inte bron förrän den är säker”, säger borgmästaren Ines Fuchs.',
    'Polisen söker efter två män som sågs i hamnen.',
    'Priserna steg med 4 procent i maj, den högsta ökningen sedan 2011.',
    'Det är tredje gången i år som linjen har stängts av.',
  ],
  de: [
    'Die Fähre nach Harwich fiel am Dienstag aus, nachdem der Kapitän ein Leck gemeldet hatte.',
    'Verletzt wurde niemand, aber mehr als 300 Menschen mussten die Nacht in einer Schule verbringen.',
    '„Wir öffnen die Brücke nicht, bevor sie sicher ist“, sagte Bürgermeisterin Ines Fuchs.',
    'Die Polizei sucht nach zwei Männern, die am Hafen gesehen wurden.',
    'Die Preise stiegen im Mai um 4 Prozent, so stark wie seit 2011 nicht mehr.',
    'Es ist das dritte Mal in diesem Jahr, dass die Strecke gesperrt wird.',
  ],
  fr: [
    'Le ferry pour Harwich a été annulé mardi après que le capitaine a signalé une fuite.',
    'Personne n’a été blessé, mais plus de 300 personnes ont dû passer la nuit dans une école.',
    '«\u202fNous n’ouvrirons pas le pont avant qu’il soit sûr\u202f», a déclaré la maire Ines Fuchs.',
    'La police recherche deux hommes qui ont été vus dans le port.',
    'Les prix ont augmenté de 4\u202f% en mai, la plus forte hausse depuis 2011.',
    'C’est la troisième fois cette année que la ligne est fermée.',
  ],
  es: [
    'El ferri a Harwich fue cancelado el martes después de que el capitán informara de una fuga.',
    'Nadie ha resultado herido, pero más de 300 personas tuvieron que pasar la noche en una escuela.',
    '«No abriremos el puente hasta que sea seguro», dijo la alcaldesa Ines Fuchs.',
    'La policía busca a dos hombres que fueron vistos en el puerto.',
    'Los precios subieron un 4 % en mayo, la mayor subida desde 2011.',
    'Es la tercera vez este año que se cierra la línea.',
  ],
  ar: [
    'أُلغيت رحلة العبّارة إلى هارويتش يوم الثلاثاء بعد أن أبلغ القبطان عن تسرب.',
    'لم يصب أحد بأذى، لكن أكثر من 300 شخص اضطروا إلى قضاء الليل في مدرسة.',
    'وقالت رئيسة البلدية إيناس فوكس: «لن نفتح الجسر قبل أن يكون آمنًا».',
    'تبحث الشرطة عن رجلين شوهدا في الميناء مع امرأة.',
    'ارتفعت الأسعار 4 في المئة في مايو، وهي أعلى زيادة منذ عام 2011.',
    'هذه هي المرة الثالثة هذا العام التي يغلق فيها الخط.',
  ],
  uk: [
    'Пором до Гарвіча скасували у вівторок, після того як капітан повідомив про витік.',
    'Ніхто не постраждав, але понад 300 людей були змушені провести ніч у школі.',
    '«Ми не відкриємо міст, доки він не буде безпечним», — сказала мерка Інес Фукс.',
    'Поліція шукає двох чоловіків, яких бачили в порту.',
    'Ціни зросли на 4 відсотки в травні, це найбільше зростання з 2011 року.',
    'Це вже третій раз цього року, коли лінію закривають.',
  ],
};

/** Languages that the pages do not speak: some that are known all the same, some that are not. */
const neighbours: Record<string, string> = {
  da: 'Færgen til Harwich blev aflyst tirsdag, efter at kaptajnen havde meldt om en lækage. Ingen kom til skade, men over 300 mennesker måtte tilbringe natten på en skole. Det er tredje gang i år, at det sker, siger politiet.',
  no: 'Fergen til Harwich ble innstilt tirsdag etter at kapteinen hadde meldt om en lekkasje. Ingen ble skadet, men over 300 mennesker måtte tilbringe natten på en skole. Det er tredje gang i år at det skjer, sier politiet.',
  nl: 'De veerboot naar Harwich werd dinsdag geschrapt nadat de kapitein een lek had gemeld. Niemand raakte gewond, maar meer dan 300 mensen moesten de nacht in een school doorbrengen.',
  af: 'Die veerboot na Harwich is Dinsdag gekanselleer nadat die kaptein ’n lek aangemeld het. Niemand is beseer nie, maar meer as 300 mense moes die nag in ’n skool deurbring. Dit is die derde keer dat hulle nie kon vaar nie, het die polisie gesê.',
  it: 'Il traghetto per Harwich è stato cancellato martedì dopo che il capitano ha segnalato una falla. Nessuno è rimasto ferito, ma più di 300 persone hanno dovuto passare la notte in una scuola.',
  pt: 'O ferry para Harwich foi cancelado na terça-feira depois de o capitão ter comunicado uma fuga. Ninguém ficou ferido, mas mais de 300 pessoas tiveram de passar a noite numa escola. Os preços não mudaram.',
  ca: 'El ferri a Harwich va ser cancel·lat dimarts després que el capità informés d’una fuita. No hi ha hagut ferits, però més de 300 persones han hagut de passar la nit en una escola amb els seus fills.',
  ro: 'Feribotul spre Harwich a fost anulat marți, după ce căpitanul a raportat o scurgere. Nimeni nu a fost rănit, dar peste 300 de oameni au trebuit să își petreacă noaptea într-o școală.',
  pl: 'Prom do Harwich został odwołany we wtorek, po tym jak kapitan zgłosił przeciek. Nikt nie został ranny, ale ponad 300 osób musiało spędzić noc w szkole. To już trzeci raz w tym roku, gdy się to zdarza.',
  cs: 'Trajekt do Harwiche byl v úterý zrušen poté, co kapitán nahlásil únik. Nikdo nebyl zraněn, ale více než 300 lidí muselo strávit noc ve škole. Je to už potřetí v tomto roce, kdy se to stalo.',
  fi: 'Lautta Harwichiin peruttiin tiistaina, kun kapteeni oli ilmoittanut vuodosta. Kukaan ei loukkaantunut, mutta yli 300 ihmistä joutui viettämään yön koulussa, ja se on jo kolmas kerta tänä vuonna.',
  ru: 'Паром в Харидж отменили во вторник, после того как капитан сообщил о течи. Никто не пострадал, но более 300 человек были вынуждены провести ночь в школе. Это уже третий раз в этом году.',
  bg: 'Фериботът до Харидж беше отменен във вторник, след като капитанът съобщи за теч. Никой не е пострадал, но над 300 души трябваше да прекарат нощта в училище. Това е за трети път тази година.',
  fa: 'سفر کشتی به هارویچ روز سه‌شنبه پس از آن که ناخدا از نشت آب خبر داد لغو شد. کسی آسیب ندید اما بیش از ۳۰۰ نفر شب را در یک مدرسه گذراندند و این برای سومین بار است.',
  ur: 'کپتان کی جانب سے رساؤ کی اطلاع کے بعد ہاروچ کے لیے کشتی منگل کو منسوخ کر دی گئی۔ کوئی زخمی نہیں ہوا لیکن تین سو سے زیادہ لوگوں کو رات اسکول میں گزارنی پڑی۔',
  el: 'Το πλοίο για το Χάργουιτς ακυρώθηκε την Τρίτη, αφού ο καπετάνιος ανέφερε διαρροή.',
  he: 'המעבורת להריץ׳ בוטלה ביום שלישי לאחר שהקברניט דיווח על דליפה.',
};
const unknown = [
  'Ferja till Harwich vart innstilt? Nei: skipið til Harwich fellur niður á þriðjudaginn vegna leka, segir skipstjórinn.',
  'A harwichi kompot kedden törölték, miután a kapitány szivárgást jelentett. Senki sem sérült meg, de több mint 300 ember töltötte az éjszakát egy iskolában.',
  'Harwich feribotu, kaptanın bir sızıntı bildirmesinin ardından salı günü iptal edildi. Kimse yaralanmadı, ancak 300’den fazla kişi geceyi bir okulda geçirdi.',
  'Трајект за Харич је отказан у уторак, пошто је капетан пријавио цурење. Нико није повређен, али је више од 300 људи провело ноћ у школи.',
  'Паром у Гарыдж адмянілі ў аўторак, пасля таго як капітан паведаміў пра цечу. Ніхто не пацярпеў, але больш за 300 чалавек правялі ноч у школе.',
  'Trajekt za Harwich otkazan je u utorak nakon što je kapetan prijavio curenje. Nitko nije ozlijeđen, ali je više od 300 ljudi provelo noć u školi.',
  'Chuyến phà đến Harwich đã bị hủy vào thứ Ba sau khi thuyền trưởng báo cáo có rò rỉ.',
  'Kivuko cha Harwich kilifutwa siku ya Jumanne baada ya nahodha kuripoti uvujaji. Hakuna aliyejeruhiwa, lakini watu zaidi ya 300 walilala shuleni.',
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua.',
  'Nordbahn 4:1 Harwich, Kiruna 2:2 Narvik, Öland 0:3 Malmö, Zürich 1:1 Genève, København 2:0 São Paulo',
];

const languageAndText = (min: number, max: number) =>
  fc.constantFrom(...Object.entries(spoken)).chain(([lang, sentences]) => fc.shuffledSubarray(sentences, { minLength: min, maxLength: max }).map((some) => ({ lang, text: some.join(' ') })));

describe('the language of a text', () => {
  test('has samples for every language that the pages speak', () => {
    expect(Object.keys(spoken).sort()).toEqual(languages.map(({ lang }) => lang).sort());
  });

  test('law: two sentences tell it', () => {
    fc.assert(fc.property(languageAndText(2, 6), ({ lang, text }) => { expect([detectLanguage(text), text]).toEqual([lang, text]); }), { numRuns: 500 });
  });

  test('law: it does not hang on capitals, on how letters are composed, on vowel signs, or on what a sentence is written between', () => {
    const written = fc.constantFrom((text: string) => text.toUpperCase(), (text: string) => text.normalize('NFD'), (text: string) => `\u200f${text}\u200f`, (text: string) => text.replace(/[\u064b-\u0652]/g, ''), (text: string) => text.replaceAll(' ', '\n'));
    fc.assert(fc.property(languageAndText(2, 6), written, ({ lang, text }, write) => { expect(detectLanguage(write(text))).toBe(lang); }), { numRuns: 500 });
  });

  test('law: any words of a sentence are told rightly, or not at all', () => {
    const pieces = Object.entries(spoken).flatMap(([lang, sentences]) => sentences.flatMap((sentence) => {
      const words = sentence.split(' ');
      return words.flatMap((_, from) => words.slice(from).map((_, length) => ({ lang, text: words.slice(from, from + length + 1).join(' ') })));
    }));
    expect(pieces.filter(({ lang, text }) => ![lang, undefined].includes(detectLanguage(text)))).toEqual([]);
  });

  test('law: a name, a quotation and an address from elsewhere do not change it', () => {
    const guest = fc.constantFrom('Recep Tayyip Erdoğan', 'Łódź', '東京', 'Зеленський', 'Malmö FF', '“The show must go on”', 'https://example.org/news', 'São Paulo', 'محمد بن سلمان');
    fc.assert(fc.property(languageAndText(3, 6), guest, ({ lang, text }, words) => { expect(detectLanguage(`${text} ${words}.`)).toBe(lang); }), { numRuns: 500 });
  });

  test.each(Object.entries(neighbours))('%s is told from those', (lang, text) => {
    expect(detectLanguage(text)).toBe(lang);
  });

  test.each(unknown)('is left open: %s', (text) => {
    expect(detectLanguage(text)).toBeUndefined();
  });
});
