/** Where a hook's queue begins. */
import { formatPosition, parsePosition } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import type { RevisionLog } from '../revision-log.ts';
import type { Hook } from './config.ts';
import type { Reporter } from './report.ts';
import { targetOf } from './status.ts';
import type { HookStore, Place } from './store.ts';

type PlaceOptions = { hook: Hook; log: RevisionLog; store: HookStore; report: Reporter };

/** Where it was left, unless that is in another log. A hook that is new begins at the head or at the start of the log; one with a new address is tried at once. */
export const openPlace = ({ hook, log, store, report }: PlaceOptions): Place => {
  carryOver(hook, log, store, report);
  const known = store.place(hook.name);
  if (known && log.resolve(known.place.position) !== undefined) return known.target === targetOf(hook) ? known.place : unhindered(known.place.position);
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

/** After the log has been restored from a backup, goes on from the same place, or, where the hook was told of more than was backed up, from where the backup ends. */
const carryOver = ({ name }: Hook, log: RevisionLog, store: HookStore, report: Reporter): void => {
  const known = store.place(name);
  const ancestor = known && log.ancestors.find(({ epoch }) => epoch === parsePosition(known.place.position)?.epoch);
  if (!known || !ancestor) return;
  const { target, place } = known;
  const position = log.resolve(place.position);
  const end = formatPosition(log.epoch, ancestor.until);
  store.rename(name, target, position === undefined ? { ...unhindered(end), gone: place.gone } : { ...place, position }, log.resolve);
  if (position === undefined) report.restored(place.position, end);
};
