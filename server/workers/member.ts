/** One worker, as the newsroom sees it. */
import cluster from 'node:cluster';
import * as v from 'valibot';
import type { MetricsJson } from '../metrics/prometheus.ts';
import { workerMark } from '../config.ts';
import { answer, createQuestions } from './questions.ts';
import { ToNewsroom, type News, type NewsroomQuestion, type NewsroomReply, type ToWorker, type WorkerQuestion, type WorkerReply } from './messages.ts';

/** ms for a worker to answer */
const answerMs = 1_000;
/** bytes of entries on their way to a worker, from which on it is left to read the next ones in the log: one that stands still costs the newsroom no more */
const backlog = 1024 * 1024;

export type MemberOptions = {
  port: number;
  /** Of the route for commands. */
  key: string;
  /** Finds what a worker asks for. */
  reply: (question: NewsroomQuestion) => Promise<NewsroomReply>;
  onListening: () => void;
  /** It is gone, and why. */
  onEnd: (why: string) => void;
};

export type Member = ReturnType<typeof startMember>;

/** Starts a worker: this very command line in a process of its own. */
export const startMember = ({ port, key, reply, onListening, onEnd }: MemberOptions) => {
  const worker = cluster.fork({ [workerMark]: 'yes' });
  let onTheWay = 0;
  let missed: News | undefined;
  let why: string | undefined;

  const send = (message: ToWorker, sent?: () => void): void => {
    if (worker.isConnected()) worker.send(message, () => sent?.()); // what is sent to one that is just ending is lost, as it is
  };

  const inform = (news: News): void => {
    const bytes = news.entry?.length ?? 0;
    if (onTheWay >= backlog) {
      const { entry: _entry, ...rest } = news;
      missed = rest;
      return;
    }
    missed = undefined;
    onTheWay += bytes;
    send(news, () => {
      onTheWay -= bytes;
      if (missed) inform(missed);
    });
  };

  const questions = createQuestions<WorkerQuestion, WorkerReply>((id, question) => send({ kind: 'ask', id, question }), answerMs);
  const known = new Map<string, number>();

  worker.on('message', (message: unknown) => {
    const said = v.parse(ToNewsroom, message);
    if (said.kind === 'listening') onListening();
    else if (said.kind === 'stillborn') why = said.why;
    else if (said.kind === 'ask') void answer(send, said.id, () => reply(said.question));
    else questions.take(said);
  });
  worker.on('error', () => undefined); // it ends, and that is told
  worker.on('exit', (code: number | null, signal: string | null) => {
    questions.end();
    onEnd(why ?? signal ?? `exit code ${code}`);
  });
  send({ kind: 'begin', port, key });

  return {
    pid: worker.process.pid,

    /** Tells it the news, or, once it takes any again, the last of them. */
    inform,

    /** How many readers a story has there: the last known number where it does not answer. */
    following: async (story: string): Promise<number> => {
      const reply = await questions.ask({ kind: 'following', story }).catch(() => undefined);
      if (reply) known.set(story, reply.readers);
      return known.get(story) ?? 0;
    },

    /** Resolves when it has taken all that it was told, or does not answer. */
    settled: async (): Promise<void> => void (await questions.ask({ kind: 'settled' }).catch(() => undefined)),

    /** What it counts; nothing where it does not answer. */
    metrics: (): Promise<MetricsJson> => questions.ask({ kind: 'metrics' }).then(({ metrics }) => metrics, () => []),

    /** Resolves when its readers have been told to go, over so many ms, or it is gone. `hurry` tells them at once. */
    drain: async (ms: number): Promise<void> => void (await questions.ask({ kind: 'drain' }, ms + answerMs).catch(() => undefined)),
    hurry: (): void => send({ kind: 'hurry' }),

    close: (): void => send({ kind: 'close' }),
    kill: (): void => void worker.process.kill('SIGKILL'),
  };
};
