/** The element's second file, which is loaded with the first change of any story on the page. */
import type * as Changes from './changes.ts';

/** Named by the build: the name changes with the content, so that both files are of one build. */
const file = '__changes__';
/** A module has no current script, and one that stands in its page no address: then the file lies where the story does. */
const home = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : '';

let changes: Promise<typeof Changes | undefined> | undefined;

/** What changes a story in place; nothing where its server cannot be reached, or is of another build by now. */
export const loadChanges = (story: URL): Promise<typeof Changes | undefined> => {
  changes ??= import(/* @vite-ignore */ new URL(file, home || story).href).catch(() => {
    changes = undefined; // the next change asks again
  });
  return changes;
};
