/** Where a hook's queue begins. */
import { formatPosition } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import { UnknownPositionError, type RevisionLog } from '../revision-log.ts';
import type { Hook } from './config.ts';
import type { Reporter } from './report.ts';
import { targetOf } from './status.ts';
import type { HookStore, Place } from './store.ts';

type PlaceOptions = { hook: Hook; log: RevisionLog; store: HookStore; report: Reporter };

/** Where it was left, unless that is in another log. A hook that is new begins at the head or at the start of the log; one with a new address is tried at once. */
export const openPlace = ({ hook, log, store, report }: PlaceOptions): Place => {
  const known = store.place(hook.name);
  if (known && isOfLog(log, known.place.position)) return known.target === targetOf(hook) ? known.place : unhindered(known.place.position);
  const fresh = unhindered(hook.from === 'start' ? formatPosition(log.epoch, 0) : log.head());
  if (known) {
    store.forget(hook.name);
    report.anew(known.place.position, fresh.position);
  }
  store.keep(hook.name, targetOf(hook), fresh);
  return fresh;
};

/** With nothing that has failed. */
export const unhindered = (position: Position): Place => ({ position, attempts: 0, gone: false });

const isOfLog = (log: RevisionLog, position: Position): boolean => {
  try {
    log.next(position, () => false);
    return true;
  } catch (error) {
    if (error instanceof UnknownPositionError) return false;
    throw error;
  }
};
