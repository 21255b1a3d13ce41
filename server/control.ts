/**
 * What the operator's commands ask of a running server: `withdraw`, `redact` and `webhooks`. The log has one writer, so a command
 * that finds the server running sends its wish there; the key lies in the data folder, readable by its owner only.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Router } from 'express';
import * as v from 'valibot';
import { v4 as uuid } from 'uuid';
import { UsageError } from './config.ts';

const Which = v.union([v.pipe(v.number(), v.integer(), v.minValue(1)), v.literal('all')]);
const StoryWish = v.variant('command', [
  v.object({ command: v.literal('withdraw'), story: v.string() }),
  v.object({ command: v.literal('redact'), story: v.string(), which: Which }),
]);
const WebhookWish = v.variant('action', [
  v.object({ command: v.literal('webhooks'), action: v.literal('list'), json: v.boolean() }),
  v.object({ command: v.literal('webhooks'), action: v.literal('retry'), name: v.string(), which: v.string() }),
  v.object({ command: v.literal('webhooks'), action: v.literal('test'), name: v.string() }),
]);
export const Wish = v.union([StoryWish, WebhookWish]);
/** Of the log: can also be fulfilled where no server runs. */
export type StoryWish = v.InferOutput<typeof StoryWish>;
/** Of the server that runs. `which` is a position, or `all`. */
export type WebhookWish = v.InferOutput<typeof WebhookWish>;
export type Wish = StoryWish | WebhookWish;

export const Answer = v.object({ done: v.boolean(), message: v.string() });
/** What became of a wish, as one line for the operator. */
export type Answer = v.InferOutput<typeof Answer>;

/** ms: a redaction rewrites the whole log, which takes its time */
export const answerMs = 120_000;

const Running = v.object({ address: v.string(), key: v.string() });
const fileIn = (data: string): string => join(data, 'server.json');

/** Who has the key may wish. */
export type Control = { key: string; fulfil: (wish: Wish) => Promise<Answer> };

/** The route `POST /control`. */
export const createControlRoute = ({ key, fulfil }: Control): Router => {
  const router: Router = express.Router();
  router.post('/control', express.json(), async (request, response) => {
    if (request.get('authorization') !== `Bearer ${key}`) return void response.sendStatus(404);
    const wish = v.safeParse(Wish, request.body);
    if (!wish.success) return void response.sendStatus(400);
    response.json(await fulfil(wish.output));
  });
  return router;
};

/** A key for the route, and the note in the data folder that tells commands of both. */
export const createControl = (data: string, fulfil: Control['fulfil']) => {
  const key = uuid();
  return {
    key,
    fulfil,
    /** Tells commands where the server listens. */
    announce: (address: string) => writeFileSync(fileIn(data), JSON.stringify({ address, key }), { mode: 0o600 }),
    close: () => rmSync(fileIn(data), { force: true }),
  };
};

/** Sends a wish to the server that runs on a data folder. Throws `UsageError` where none does. */
export const send = async (data: string, wish: Wish): Promise<Answer> => {
  const none = new UsageError(`no server runs on the data folder ${data}: start it first, or name its folder with --data`);
  if (!existsSync(fileIn(data))) throw none;
  const { address, key } = v.parse(Running, JSON.parse(readFileSync(fileIn(data), 'utf8')));
  const response = await fetch(`${address}/control`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(wish),
    signal: AbortSignal.timeout(answerMs),
  }).catch((error: unknown) => {
    throw isRefused(error) ? none : error; // a server that was killed leaves its note behind
  });
  if (!response.ok) throw new Error(`the server at ${address} answered ${response.status}`);
  return v.parse(Answer, await response.json());
};

const isRefused = (error: unknown): boolean => error instanceof Error && error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ECONNREFUSED';
