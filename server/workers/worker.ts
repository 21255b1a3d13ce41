/** A worker: the pages, streams and sockets of one process, over a replica of the log that the newsroom writes. */
import * as v from 'valibot';
import type { Config } from '../config.ts';
import { answerMs } from '../control.ts';
import { unreachable } from '../core/story.ts';
import { createFront, type Front, type Newsroom } from '../front.ts';
import { createMetrics } from '../metrics/prometheus.ts';
import { version } from '../package.ts';
import { createReplica, type Replica } from '../revision-log/replica.ts';
import { ToWorker, type NewsroomQuestion, type NewsroomReply, type ToNewsroom, type WorkerQuestion, type WorkerReply } from './messages.ts';
import { answer, createQuestions } from './questions.ts';

/** Serves readers until the newsroom says that it closes. Where the newsroom is gone, so is its worker: node:cluster sees to that. */
export const work = async (folder: string, given: Config, complain: (line: string) => void): Promise<void> => {
  ignoreSignals();
  const onError = (error: unknown) => complain(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const send = (message: ToNewsroom): void => void process.send?.(message);
  const questions = createQuestions<NewsroomQuestion, NewsroomReply>((id, question) => send({ kind: 'ask', id, question }), answerMs);
  let replica: Replica | undefined;
  let front: Front | undefined;
  const metrics = createMetrics({ version: version() });
  let [ready, isMoreComing] = [false, false];

  const begin = async ({ port, key }: { port: number; key: string }): Promise<void> => {
    const newsroom: Newsroom = {
      problemsOf: async (story) => (await questions.ask({ kind: 'problems', story })).problems,
      webhooks: async () => (await questions.ask({ kind: 'webhooks' })).webhooks,
      metrics: async () => (await questions.ask({ kind: 'metrics' })).text,
      ready: () => ready,
      isMoreComing: () => isMoreComing,
      control: { key, fulfil: async (wish) => (await questions.ask({ kind: 'wish', wish })).answer },
    };
    replica = createReplica({ folder: given.data, onListenerError: onError });
    front = await createFront({ log: replica, folder, config: shareOf(given, port), newsroom, metrics, shared: true, onError });
    await front.listen();
    send({ kind: 'listening' });
  };

  const reply = async (question: WorkerQuestion): Promise<WorkerReply> => {
    switch (question.kind) {
      case 'following':
        return { kind: 'following', readers: (await front?.following(question.story)) ?? 0 };
      case 'settled':
        return { kind: 'settled' };
      case 'metrics':
        return { kind: 'metrics', metrics: await metrics.json() };
      case 'drain':
        await front?.drain();
        return { kind: 'drain' };
      default:
        return unreachable(question);
    }
  };

  const stillborn = (error: unknown): void => {
    send({ kind: 'stillborn', why: error instanceof Error ? error.message : String(error) });
    process.disconnect();
  };

  const closed = Promise.withResolvers<void>();
  process.on('message', (message: unknown) => {
    const said = v.parse(ToWorker, message);
    switch (said.kind) {
      case 'begin':
        return void begin(said).catch(stillborn);
      case 'news':
        ({ ready, isMoreComing } = said);
        return replica?.take(said);
      case 'ask':
        return void answer(send, said.id, () => reply(said.question));
      case 'answer':
      case 'failed':
        return questions.take(said);
      case 'hurry':
        return front?.hurry();
      case 'close':
        return closed.resolve();
      default:
        return unreachable(said);
    }
  });

  await closed.promise;
  await front?.close();
  await replica?.close();
  process.disconnect();
};

/** Signals reach all processes of a terminal at once, but it is the newsroom that says when. */
const ignoreSignals = (): void => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
};

/** What readers are allowed together, a worker allows in part. */
const shareOf = ({ maxSocketsPerAddress: max, ...config }: Config, port: number): Config => ({
  ...config,
  port,
  ...(max !== undefined && { maxSocketsPerAddress: Math.ceil(max / config.workers) }),
});
