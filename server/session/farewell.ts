/** The last words to a client, by the code with which its connection is then closed. */
import { afterClose, type ServerMessage } from '../core/protocol.ts';
import type { Frame, Frames } from '../frames.ts';

/** ms within which a client may come back */
export type Window = readonly [min: number, max: number];

/** ms within which a client that is to back off may try again */
const backOffMs: [min: number, max: number] = [500, 30_000];

/** A client that may try again is told when, within `restartWindowMs` or with patience; any other has been told why. */
export const farewell = (code: number, restartWindowMs: [min: number, max: number]): ServerMessage[] => {
  const then = afterClose(code);
  return then === 'stay-away' ? [] : [{ type: 'bye', code, retryAfterMs: then === 'come-back' ? restartWindowMs : backOffMs }];
};

/** The same as bytes, made once for all who are sent away with a code of this server. */
export const createFarewells = (restartWindowMs: [min: number, max: number], { encode }: Pick<Frames, 'encode'>) => {
  const known = new Map<number, Frame[]>();
  return (code: number): readonly Frame[] => {
    const words = known.get(code) ?? farewell(code, restartWindowMs).map(encode);
    known.set(code, words);
    return words;
  };
};

/** ms, at random, for a client that knows no windows: all are sent away in the same moment, and must not come back in the same. */
export const momentWithin = ([min, max]: Window, random = Math.random()): number => Math.round(min + random * (max - min));
