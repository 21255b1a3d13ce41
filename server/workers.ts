/**
 * Readers spread over processes. This one, the newsroom, publishes and logs; its workers hold the readers (`workers/worker.ts`). Each entry crosses to a worker once, when it is durable;
 * what only the newsroom knows a worker asks for. To `serve` all of them together are one front.
 */
import { createServer } from 'node:http';
import { unreachable } from './core/story.ts';
import { defaults, type Config } from './config.ts';
import { everyStory, parsePosition } from './core/protocol.ts';
import type { Terminal } from './desk.ts';
import { canSpread, listen, type Front, type Newsroom } from './front.ts';
import { mergeMetrics, type ProcessMetrics } from './metrics/prometheus.ts';
import type { Entry, RevisionLog } from './revision-log.ts';
import { startCrew, type Crew } from './workers/crew.ts';
import type { News, NewsroomQuestion, NewsroomReply } from './workers/messages.ts';

/** ms between two reminders of how the log stands: who has missed something finds it then */
const reminderMs = 500;
/** ms between two looks at whether more is about to be published, while it is */
const gatherMs = 1;
/** ms beyond those that open requests have, for a worker to end */
const closeGraceMs = 3_000;

export type WorkersOptions = {
  log: RevisionLog;
  config: Config;
  newsroom: Newsroom;
  metrics: ProcessMetrics;
  terminal: Terminal;
};

export const createWorkers = ({ log, config, newsroom, metrics, terminal }: WorkersOptions): Front => {
  let crew: Crew | undefined;
  let stopTelling: (() => void) | undefined;
  let closing: Promise<void> | undefined;
  const members = () => crew?.members() ?? [];

  /** What crosses to every worker; an entry is made JSON once for all. */
  const inform = (entry?: Entry): void => {
    const head = parsePosition(log.head())?.sequence ?? 0;
    const news: News = { kind: 'news', version: log.version(), head, ready: newsroom.ready(), isMoreComing: newsroom.isMoreComing(), ...(entry && { entry: JSON.stringify(entry) }) };
    for (const member of members()) member.inform(news);
  };
  const settled = (): Promise<unknown> => Promise.all(members().map((member) => member.settled()));

  /** A command may redact: before and after, all workers know as much as this process, so that none gives away what is gone, or takes it for what stands. */
  const fulfil: Newsroom['control']['fulfil'] = async (wish) => {
    await settled();
    const answer = await newsroom.control.fulfil(wish);
    inform();
    await settled();
    return answer;
  };

  const reply = async (question: NewsroomQuestion): Promise<NewsroomReply> => {
    switch (question.kind) {
      case 'problems':
        return { kind: 'problems', problems: await newsroom.problemsOf(question.story) };
      case 'webhooks':
        return { kind: 'webhooks', webhooks: await newsroom.webhooks() };
      case 'metrics':
        return { kind: 'metrics', text: await mergeMetrics(await Promise.all([metrics.json(), ...members().map((member) => member.metrics())])) };
      case 'wish':
        return { kind: 'wish', answer: await fulfil(question.wish) };
      default:
        return unreachable(question);
    }
  };

  const beginTelling = (): (() => void) => {
    let quiet: NodeJS.Timeout | undefined;
    /** An entry is told before whoever publishes it is done. That nothing more is coming is told as soon as it is so: readers wait for it. */
    const tellWhenQuiet = (): void => {
      quiet = newsroom.isMoreComing() ? setTimeout(tellWhenQuiet, gatherMs) : undefined;
      if (!quiet) inform();
    };
    const unsubscribe = log.subscribe(everyStory, log.head(), (entry) => {
      metrics.durable(entry.sequence);
      inform(entry);
      quiet ??= setTimeout(tellWhenQuiet, gatherMs);
    });
    const reminding = setInterval(inform, reminderMs);
    return () => {
      unsubscribe();
      clearTimeout(quiet);
      clearInterval(reminding);
    };
  };

  const end = async (): Promise<void> => {
    await crew?.close(defaults.shutdownMs + closeGraceMs);
    stopTelling?.();
  };

  return {
    listen: async () => {
      const { address, letGo } = await reserve(config);
      const port = Number(new URL(address).port || 80);
      crew = await startCrew({ size: config.workers, member: { port, key: newsroom.control.key, reply }, terminal }).finally(letGo);
      stopTelling = beginTelling();
      inform();
      return address;
    },
    following: async (story) => (await Promise.all(members().map((member) => member.following(story)))).reduce((sum, readers) => sum + readers, 0),
    drain: async () => crew?.drain(config.drainMs),
    hurry: () => members().forEach((member) => member.hurry()),
    close: () => (closing ??= end()),
  };
};

/**
 * Finds the address that the workers will listen on together, and makes sure that nobody else does: to each other they do not say that it is taken.
 * A port that nobody knows yet is kept until they do, so that no other program gets it meanwhile.
 */
const reserve = async (config: Config): Promise<{ address: string; letGo: () => Promise<unknown> }> => {
  const server = createServer();
  const isKept = canSpread && config.port === 0;
  const address = await listen(server, config, isKept);
  const letGo = () => new Promise((resolve) => server.close(resolve));
  if (!isKept) await letGo();
  return { address, letGo };
};
