/** Pings that went to everybody in an audience. Who has answered one has read all that was sent before it. */
import { randomUUID } from 'node:crypto';
import { websocketFrame } from '../websocket-frame.ts';

/** `sent`: bytes that had been sent with it, itself among them. `at` in ms, of the clock that the rounds have. */
export type Round = { readonly number: number; readonly payload: Buffer; readonly sent: number; readonly at: number };

export const createRounds = (now: () => number) => {
  const rounds = new Map<string, Round>();
  let last: Round = { number: 0, payload: Buffer.alloc(0), sent: 0, at: -Infinity };

  return {
    /** The latest; number 0 before the first. */
    last: (): Round => last,

    /** A ping to send when `before` bytes have been sent. It cannot be answered before it was read: its text is new. */
    begin: (before: number): Buffer => {
      const number = last.number + 1;
      const text = `${number}.${randomUUID()}`;
      const payload = Buffer.from(text);
      const ping = websocketFrame('ping', payload);
      last = { number, payload, sent: before + ping.length, at: now() };
      rounds.set(text, last);
      return ping;
    },

    /** That of an answer; `undefined` where nobody asked, or it is over. */
    of: (answer: string): Round | undefined => rounds.get(answer),

    /** Those that everybody has had so many ms to answer. They are over. */
    *over(ms: number): Generator<Round> {
      for (const [text, round] of rounds) {
        if (now() - round.at < ms) return;
        rounds.delete(text);
        yield round;
      }
    },
  };
};
