/** The pieces of an embedded story as HTML: less than on its own page, and one level lower, for the page around it has a headline of its own. */
import { listOf, type ClientTexts } from '../../server/core/languages/texts.ts';
import { escapeHtml, fillHtml, isAbout, ownLang, renderTime } from '../../server/core/render.ts';
import type { Meta, Section } from '../../server/core/story.ts';

export const skeleton =
  '<div part="story"><article><header></header><div></div><footer></footer></article>' +
  '<p part="foot"><a part="source"></a> <span part="status" role="status" dir="auto"></span></p><p class="heard" role="status"></p></div>';

export const renderHead = (meta: Meta, texts: ClientTexts): string => {
  const own = ownLang(texts, meta.lang);
  const by = meta.authors.length > 0 ? `<span>${fillHtml(texts.by, { names: escapeHtml(listOf(meta.authors, texts.locale)) })}</span> ` : '';
  return (
    `<header part="header"><p part="kicker ${meta.status}"${own}>${escapeHtml(texts[meta.status])}</p><h2 part="headline">${escapeHtml(meta.headline)}</h2>` +
    `<p part="meta"${own}>${by}<span>${fillHtml(texts.updated, { time: renderTime(meta.updated, texts) })}</span></p></header>`
  );
};

export const renderSection = (section: Section, meta: Meta, texts: ClientTexts): string => {
  const { id, level, heading, attrs, added, revised, blocks } = section;
  const own = ownLang(texts, meta.lang);
  const tag = `h${Math.min(6, level + 1)}`;
  const corrected = meta.corrections.filter((correction) => isAbout(correction, section)).map(({ at }) => fillHtml(texts.corrected, { time: renderTime(at, texts) }));
  return (
    `<section data-id="${escapeHtml(id)}" part="section${level === 0 ? ' lead' : ''}${attrs.pinned ? ' pinned' : ''}"${level === 0 ? ` aria-label="${escapeHtml(texts.opening)}"` : ''}>` +
    `<p part="label"${own} hidden></p>${level === 0 ? '' : `<${tag} part="heading">${escapeHtml(heading)}</${tag}>`}` +
    `<p part="revised"${own}${level === 0 || revised === added ? ' hidden' : ''}>${fillHtml(texts.updated, { time: renderTime(revised, texts) })}</p>` +
    `<p part="corrected"${own}${corrected.length === 0 ? ' hidden' : ''}>${corrected.join(' · ')}</p><div class="blocks">${blocks.join('')}</div></section>`
  );
};

export const renderCorrections = ({ corrections, lang }: Meta, texts: ClientTexts): string => {
  const own = ownLang(texts, lang);
  const items = corrections.map(({ at, text }) => `<li part="correction">${renderTime(at, texts, own)} ${escapeHtml(text)}</li>`);
  return `<footer part="corrections"${items.length === 0 ? ' hidden' : ''}><h3${own}>${escapeHtml(texts.corrections)}</h3><ul>${items.join('')}</ul></footer>`;
};
