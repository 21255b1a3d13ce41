/** What a reader can ask of the page, by key and by button. */
import { part } from './parts.ts';
import { areKeysOn } from './seen.ts';

const actions = { n: 'next', p: 'previous', l: 'list', r: 'removed', u: 'pause', '?': 'keys', '؟': 'keys' } as const;

export type Action = (typeof actions)[keyof typeof actions] | 'go' | 'close';

const isAction = (text: string | undefined): text is Action => Object.values<string | undefined>(actions).includes(text);

/** Shows the change bar, and hands on whatever is asked for, with the element that asks. */
export const listenToReader = (article: HTMLElement, act: (action: Action, from?: Element) => void): void => {
  const bar = part('#changes');
  bar.hidden = false;
  const click = ({ target }: Event) => {
    const button = target instanceof Element ? target.closest('button, a') : null;
    const asked = button instanceof HTMLElement ? button.dataset['do'] : undefined;
    if (button && isAction(asked)) act(asked, button);
    else if (button?.hasAttribute('data-index')) act('go', button);
    else if (button?.closest('.change-label')) act('removed', button);
    else return false;
    return true;
  };
  const clicked = (event: MouseEvent) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey; // else the reader wants another tab
    if (isPlain && click(event)) event.preventDefault();
  };
  bar.addEventListener('click', clicked);
  article.addEventListener('click', clicked);
  document.addEventListener('keydown', (event) => {
    const action = actionOf(event);
    if (action) act(action);
    if (action && action !== 'close') event.preventDefault();
  });
};

/** Keys by their letter, or where the keyboard writes no Latin ones by their place; never with a modifier, in a field, or in a dialog. */
const actionOf = (event: KeyboardEvent): Action | undefined => {
  const { key, code, target } = event;
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (target instanceof Element && target.closest('input, textarea, select, [contenteditable], dialog')) return undefined;
  if (key === 'Escape') return part('#changes-list').hidden ? undefined : 'close';
  const name = /^[\x21-\x7e]$/.test(key) || !code.startsWith('Key') ? key : code.slice(3).toLowerCase();
  const action = Object.entries(actions).find(([each]) => each === name)?.[1];
  return action && areKeysOn() ? action : undefined;
};
