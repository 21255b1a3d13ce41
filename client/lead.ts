/** Leads a reader to a place in the page: onto the screen, and for those who listen or use the keyboard with the focus. */
import type { ChangeKind } from './trail.ts';

/** share of the screen that a place may fill to be shown in its middle */
const maxShare = 0.6;

/** At once, not gliding: what changes meanwhile would break off a glide. The focus can be taken from where it is, and leaves no trace. */
export const leadTo = (place: Element, kind: ChangeKind): void => {
  if (!(place instanceof HTMLElement)) return;
  const target = kind === 'new' || kind === 'moved' || kind === 'merged' ? place.querySelector<HTMLElement>('.heading') ?? place : place;
  const fits = target.getBoundingClientRect().height < maxShare * innerHeight;
  target.scrollIntoView({ block: target === place && fits ? 'center' : 'start', behavior: 'instant' });
  focusOn(target);
};

/** What cannot have the focus by itself can have it until it loses it. */
const focusOn = (target: HTMLElement): void => {
  if (target.tabIndex < 0) {
    target.tabIndex = -1;
    target.addEventListener('blur', () => target.removeAttribute('tabindex'), { once: true });
  }
  target.focus({ preventScroll: true });
};

/** The function it returns, called after the page was changed, gives the focus back to what had it, if that is still there. */
export const rememberFocus = (): (() => void) => {
  const focused = document.activeElement;
  const wasLedTo = focused?.getAttribute('tabindex') === '-1';
  return () => {
    if (!(focused instanceof HTMLElement) || !focused.isConnected) return;
    if (wasLedTo || document.activeElement !== focused) focusOn(focused);
  };
};
