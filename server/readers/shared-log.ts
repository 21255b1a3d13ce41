/**
 * A log as many readers ask it at once: what one of them was answered is the answer for all until something changes, and one listener hears for all.
 * Ten thousand who come back together then cost the database what one does.
 */
import { everyStory, parsePosition } from '../core/protocol.ts';
import type { RevisionLog } from '../revision-log.ts';
import { createRecent } from '../revision-log/recent.ts';
import { createSubscribers } from '../revision-log/subscribers.ts';

/** answers to one question that are remembered, asked with different words */
const rememberedAnswers = 128;

/** The same log. `onListenerError` is given what a listener threw; the others are called all the same. */
export const shareLog = (log: RevisionLog, onListenerError: (error: unknown) => void): RevisionLog => {
  const subscribers = createSubscribers(onListenerError);
  const memories: { clear: () => void }[] = [];
  let version = log.version();

  const forgetWhatIsOver = (): void => {
    if (log.version() === version) return;
    version = log.version();
    for (const memory of memories) memory.clear();
  };

  const once = <A extends string[], V>(ask: (...words: A) => V) => {
    const answers = createRecent<string, { value: V }>(rememberedAnswers);
    memories.push(answers);
    return (...words: A): V => {
      forgetWhatIsOver();
      return answers.get(words.join('\0'), () => ({ value: ask(...words) })).value;
    };
  };

  const head = once(log.head);
  log.subscribe(everyStory, log.head(), subscribers.tell);

  return {
    ...log,
    head,
    find: once(log.find),
    locate: once(log.locate),
    resolve: once(log.resolve),
    diff: once(log.diff),
    files: once(log.files),
    changedSince: once(log.changedSince),
    subscribe: (story, after, listener) =>
      after === head() ? subscribers.add(story, [], parsePosition(after)?.sequence ?? 0, listener) : log.subscribe(story, after, listener),
  };
};
