/** The dialog that lists the keys, and the switch that turns them off (WCAG 2.1.4). */
import { part } from './parts.ts';
import { areKeysOn, setKeysOn } from './seen.ts';

export const createKeysDialog = () => {
  const dialog = part('#keys');
  const use = part('#use-keys');
  if (!(dialog instanceof HTMLDialogElement) || !(use instanceof HTMLInputElement)) throw new Error('this page has no dialog for its keys');
  use.addEventListener('change', () => setKeysOn(use.checked));
  return {
    open: () => {
      use.checked = areKeysOn();
      if (!dialog.open) dialog.showModal();
    },
  };
};
