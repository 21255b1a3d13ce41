/** A small line at each section that has changed: what happened to it, and a button that shows what is gone. */
import { ownLang } from '../server/core/render.ts';
import type { ClientTexts } from '../server/core/languages/texts.ts';
import { elementOf } from './morph.ts';
import type { Change } from './trail.ts';

export type LabelsOptions = {
  article: Element;
  texts: ClientTexts;
  hasRemoved(section: Element): boolean;
  isRemovedShown(section: Element): boolean;
};

const bearsMark = ({ marked }: Change): boolean => marked.size > 0;

/** Labels sections, and the entries of the contents, by the changes whose marks they still bear. They stand above the text and move nothing. */
export const createLabels = ({ article, texts, hasRemoved, isRemovedShown }: LabelsOptions) => {
  const labels = new Map<Element, Element>();

  const labelOf = (section: Element): Element => {
    const label = labels.get(section) ?? elementOf(`<p class="change-label"><span></span> <button type="button" aria-pressed="false"></button></p>`);
    labels.set(section, label);
    return label;
  };

  const write = (section: Element, changes: Change[]) => {
    const label = labelOf(section);
    const [words, button] = [label.querySelector('span'), label.querySelector('button')];
    if (ownLang(texts, document.documentElement.lang) !== '') label.setAttribute('lang', texts.lang);
    if (words) words.textContent = [...new Set(changes.map((change) => change.label))].join(' · ');
    if (button) {
      button.textContent = texts.showRemoved;
      button.hidden = !hasRemoved(section);
      button.ariaPressed = String(isRemovedShown(section));
    }
    if (label.parentElement !== section) section.prepend(label);
    section.classList.toggle('is-edited', changes.some(({ kind }) => kind === 'edited'));
    label.classList.toggle('loud', changes.some(({ loud }) => loud !== undefined));
  };

  const erase = (section: Element, label: Element) => {
    label.remove();
    labels.delete(section);
    section.classList.remove('is-edited');
  };

  const writeContents = (changed: Map<Element, Change[]>) => {
    const ids = new Map([...changed].map(([section, changes]) => [section.getAttribute('data-id'), changes]));
    for (const entry of article.querySelectorAll('#contents [data-id]')) {
      const changes = ids.get(entry.getAttribute('data-id')) ?? [];
      const isNew = changes.some(({ kind }) => kind === 'new');
      entry.classList.toggle('is-new', isNew);
      entry.classList.toggle('is-edited', changes.length > 0 && !isNew);
      if (entry.className === '') entry.removeAttribute('class');
    }
  };

  return {
    /** Takes them off the page, so that it is the story's alone. */
    suspend: () => { for (const label of labels.values()) label.remove(); },
    refresh: (changes: readonly Change[]) => {
      const changed = bySection(changes.filter(bearsMark));
      for (const [section, label] of labels) if (!changed.has(section)) erase(section, label);
      for (const [section, some] of changed) write(section, some);
      writeContents(changed);
    },
  };
};

const bySection = (changes: Change[]): Map<Element, Change[]> => {
  const groups = new Map<Element, Change[]>();
  for (const change of changes) {
    const section = change.place.closest('section');
    if (section) groups.set(section, [...(groups.get(section) ?? []), change]);
  }
  return groups;
};
