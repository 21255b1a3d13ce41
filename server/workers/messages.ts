/** What the newsroom and its workers say to each other: one union for each direction, told apart by `kind`, and read with a full check. */
import * as v from 'valibot';
import { Answer, Wish } from '../control.ts';
import type { MetricsJson } from '../metrics/prometheus.ts';
import { problem, webhook } from '../schema/answers.ts';

/** What the newsroom asks a worker. `settled` is answered when it has taken all it was told before, `drain` when all its readers have been told to go. */
const WorkerQuestion = v.variant('kind', [v.object({ kind: v.literal('following'), story: v.string() }), v.object({ kind: v.literal('settled') }), v.object({ kind: v.literal('metrics') }), v.object({ kind: v.literal('drain') })]);
const WorkerReply = v.variant('kind', [
  v.object({ kind: v.literal('following'), readers: v.number() }),
  v.object({ kind: v.literal('settled') }),
  v.object({ kind: v.literal('metrics'), metrics: v.custom<MetricsJson>(Array.isArray) }), // prom-client's own
  v.object({ kind: v.literal('drain') }),
]);

/** What a worker asks the newsroom. */
const NewsroomQuestion = v.variant('kind', [
  v.object({ kind: v.literal('problems'), story: v.string() }),
  v.object({ kind: v.literal('webhooks') }),
  v.object({ kind: v.literal('metrics') }),
  v.object({ kind: v.literal('wish'), wish: Wish }),
]);
const NewsroomReply = v.variant('kind', [
  v.object({ kind: v.literal('problems'), problems: v.array(problem) }),
  v.object({ kind: v.literal('webhooks'), webhooks: v.array(webhook) }),
  v.object({ kind: v.literal('metrics'), text: v.string() }),
  v.object({ kind: v.literal('wish'), answer: Answer }),
]);

export type WorkerQuestion = v.InferOutput<typeof WorkerQuestion>;
export type WorkerReply = v.InferOutput<typeof WorkerReply>;
export type NewsroomQuestion = v.InferOutput<typeof NewsroomQuestion>;
export type NewsroomReply = v.InferOutput<typeof NewsroomReply>;

const id = v.number();
const failed = v.object({ kind: v.literal('failed'), id, why: v.string() });

/** How the log stands, and whether stories are being published; with the last entry, where that is new. */
const News = v.object({ kind: v.literal('news'), version: v.number(), head: v.number(), ready: v.boolean(), isMoreComing: v.boolean(), entry: v.exactOptional(v.string()) });
export type News = v.InferOutput<typeof News>;

/** `begin` comes first. */
export const ToWorker = v.variant('kind', [
  v.object({ kind: v.literal('begin'), port: v.number(), key: v.string() }),
  News,
  v.object({ kind: v.literal('ask'), id, question: WorkerQuestion }),
  v.object({ kind: v.literal('answer'), id, reply: NewsroomReply }),
  failed,
  v.object({ kind: v.literal('hurry') }),
  v.object({ kind: v.literal('close') }),
]);
export type ToWorker = v.InferOutput<typeof ToWorker>;

/** `listening` or `stillborn` comes first. */
export const ToNewsroom = v.variant('kind', [
  v.object({ kind: v.literal('listening') }),
  v.object({ kind: v.literal('stillborn'), why: v.string() }),
  v.object({ kind: v.literal('ask'), id, question: NewsroomQuestion }),
  v.object({ kind: v.literal('answer'), id, reply: WorkerReply }),
  failed,
]);
export type ToNewsroom = v.InferOutput<typeof ToNewsroom>;
