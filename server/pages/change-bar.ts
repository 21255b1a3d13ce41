/** The bar at the foot of a live story: what changed, where, and whether changes may come in. The page's script shows it and fills it in. */
import type { Texts } from '../core/languages/texts.ts';
import { escapeHtml, ownLang } from '../core/render.ts';

/** Hidden until there is a script that can use it. `data-do` says what a button asks of that script. */
export const renderChangeBar = (texts: Texts, lang: string): string => {
  const { bar } = texts.pages;
  const own = ownLang(texts, lang);
  return (
    `<aside id="changes"${own} aria-label="${escapeHtml(bar.title)}" hidden>` +
    `<div id="changes-list" hidden><ol></ol></div><div id="changes-news" hidden></div><p id="changes-paused" hidden>${escapeHtml(bar.paused)}</p>` +
    `<div class="bar"><span id="changes-idle">${escapeHtml(bar.live)}</span>` +
    `<button type="button" data-do="list" aria-expanded="false" aria-controls="changes-list" hidden>${escapeHtml(bar.title)}</button>` +
    renderStep('previous', bar.previous, '↑') +
    renderStep('next', bar.next, '↓') +
    `<button type="button" data-do="pause">${escapeHtml(bar.pause)}</button><button type="button" data-do="pause" hidden>${escapeHtml(bar.resume)}</button>` +
    `<button type="button" data-do="keys" aria-label="${escapeHtml(bar.keys)}" aria-haspopup="dialog">?</button></div></aside>\n${renderKeys(bar, own)}`
  );
};

const renderStep = (action: 'previous' | 'next', label: string, arrow: string): string =>
  `<button type="button" data-do="${action}" aria-label="${escapeHtml(label)}" hidden><span aria-hidden="true">${arrow}</span></button>`;

const renderKeys = (bar: Texts['pages']['bar'], own: string): string => {
  const keys = [['n', bar.keyNext], ['p', bar.keyPrevious], ['l', bar.keyList], ['r', bar.keyRemoved], ['u', bar.keyPause], ['?', bar.keyHelp]] as const;
  const rows = keys.map(([key, text]) => `<dt><kbd>${key}</kbd></dt><dd>${escapeHtml(text)}</dd>`);
  return (
    `<dialog id="keys"${own} aria-labelledby="keys-title"><h2 id="keys-title">${escapeHtml(bar.keys)}</h2><dl>${rows.join('')}</dl>` +
    `<p><label><input type="checkbox" id="use-keys" checked> ${escapeHtml(bar.useKeys)}</label></p><form method="dialog"><button type="submit">${escapeHtml(bar.close)}</button></form></dialog>`
  );
};
