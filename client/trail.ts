/** All changes that this page has shown: which have been read, and the way from one to the next. */
import type { Time } from '../server/core/story.ts';

export type ChangeKind = 'new' | 'edited' | 'moved' | 'merged' | 'removed' | 'headline' | 'status' | 'correction';

export type Change = {
  kind: ChangeKind;
  /** What it is labelled with, and where it is: `Edited`, `Traffic`. */
  label: string;
  name: string;
  /** A few of its words, for a list. */
  words: string;
  at: Time;
  /** What the reader is led to. */
  place: Element;
  /** Elements that still bear its mark. */
  marked: Set<Element>;
  read: boolean;
  /** A correction of what the reader has seen. */
  loud?: string;
};

/** changes that are kept for the list */
const maxChanges = 100;

/** Calls `onChange` whenever what it would answer has changed. */
export const createTrail = (onChange: () => void) => {
  let changes: Change[] = [];
  let current: Change | undefined;

  const inOrder = (some: Change[]) => some.filter(({ place }) => place.isConnected).sort((a, b) => order(a.place, b.place));
  const unread = () => changes.filter(({ read }) => !read);

  const go = (to: Change | undefined): Change | undefined => {
    if (to) [current, to.read] = [to, true];
    if (to) onChange();
    return to;
  };

  /** The same thing that has changed again is one change: the later, with the marks of both. */
  const replace = (change: Change) => {
    const twins = changes.filter(({ kind, place, marked }) => kind === change.kind && kind !== 'correction' && (place === change.place || !marked.isDisjointFrom(change.marked)));
    for (const twin of twins) for (const element of twin.marked) change.marked.add(element);
    if (current && twins.includes(current)) current = change;
    changes = [...changes.filter((each) => !twins.includes(each)), change].slice(-maxChanges);
  };

  return {
    add: (some: Change[]) => {
      for (const change of some) replace(change);
      onChange();
    },
    /** The mark of an element has faded: what has no other is read. */
    settle: (element: Element) => {
      for (const change of changes) if (change.marked.delete(element) && change.marked.size === 0) change.read = true;
      onChange();
    },
    /** After the page was changed: what is not in it any more cannot be read. */
    sweep: () => {
      for (const change of changes) {
        for (const element of change.marked) if (!element.isConnected) change.marked.delete(element);
        if (change.marked.size === 0 || !change.place.isConnected) change.read = true;
      }
      changes = changes.filter(({ place }) => place.isConnected);
      if (current && !changes.includes(current)) current = undefined;
    },
    clear: () => {
      [changes, current] = [[], undefined];
      onChange();
    },
    /** In the order of the page. */
    all: (): readonly Change[] => inOrder(changes),
    unread,
    /** The first unread change after the one that was reached last, else the first; where all are read, any. */
    next: () => {
      const candidates = inOrder(unread().length > 0 ? unread() : changes);
      const from = current?.place;
      return go(candidates.find((each) => each !== current && from?.isConnected && order(from, each.place) < 0) ?? candidates[0]);
    },
    /** The change before the one that was reached last, read or not. */
    previous: () => {
      const candidates = inOrder(changes);
      const from = current?.place;
      return go(candidates.findLast((each) => each !== current && from?.isConnected && order(from, each.place) > 0) ?? candidates.at(-1));
    },
    reach: go,
  };
};

/** Below 0 where `a` stands before `b`, or around it. */
const order = (a: Element, b: Element): number => (a === b ? 0 : a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
