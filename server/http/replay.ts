/**
 * Answers that were just given, given again before anything else is done. While the log's version stands, the same request has the same answer:
 * nothing is looked up, composed or compressed, and a crowd that asks for one address costs little more than its bytes.
 *
 * When the log moves on, what was asked for is made again, once: ahead, or for the first who asks. Who asks meanwhile waits for that.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { askAgain } from './ask-again.ts';
import { isHeld } from './held.ts';

/** Headers as names and values in turn; of a 304 those that speak of no body. */
type Answer = { headers: string[]; unchanged: string[]; tag: string; body: Buffer };
type Exchange = { request: IncomingMessage; response: ServerResponse };

/** An answer under the version that stands, or one to come: then `waiting` are those who have asked for it. */
type Place = {
  answer?: Answer;
  isComing: boolean;
  waiting: Exchange[];
  /** How many have asked under this version; `before`, under those before it, the longer ago the less. */
  asked: number;
  before: number;
};

/** bytes counted for the headers of an answer */
const headerBytes = 2_048;
/** Answers made again for the next version: those asked for most. */
const maxExpected = 32;

/** What of a request an answer depends on, besides the log. Who makes an answer depend on more MUST add it here. A header that is not there is like an empty one. */
const asked = ['host', 'accept-encoding', 'origin', 'x-forwarded-proto'] as const;

const keyOf = (url: string, headers: IncomingMessage['headers']): string =>
  `${url}\n${headers.host ?? ''}\n${headers['accept-encoding'] ?? ''}\n${headers.origin ?? ''}\n${headers['x-forwarded-proto'] ?? ''}`;

/** The request again, from its key: neither an address nor a header can hold the end of a line. */
const requestOf = (key: string) => {
  const [url = '', ...values] = key.split('\n');
  return { url, headers: Object.fromEntries(asked.flatMap((name, index) => (values[index] ? [[name, values[index]]] : []))) };
};

const keepers = new WeakMap<ServerResponse, (answer?: Answer) => void>();

/** Has an answer, with the headers that it has now, given again to whoever asks the same. It MUST depend on nothing but the log and what the key holds. */
export const keepAnswer = (response: ServerResponse, body: Buffer): void => keepers.get(response)?.(answerOf(response, body));

/** Of an answer that its asker had already, so that it was not made: it will be, for the next who asks. */
export const expectAnswer = (response: ServerResponse): void => keepers.get(response)?.();

const answerOf = (response: ServerResponse, body: Buffer): Answer => {
  const pairs = Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
  const isOfBody = ([name = '']: string[]): boolean => /^content-(?:encoding|length)$/.test(name);
  return { headers: pairs.flat(), unchanged: pairs.filter((pair) => !isOfBody(pair)).flat(), tag: String(response.getHeader('ETag') ?? ''), body };
};

const give = ({ request, response }: Exchange, { headers, unchanged, tag, body }: Answer): void => {
  if (isHeld(request.headers, tag)) response.writeHead(304, unchanged).end();
  else response.writeHead(200, headers).end(body);
};

export type ReplayOptions = {
  /** Makes answers; those that it hands to `keepAnswer` are given again. */
  listener: RequestListener;
  /** Of the log: changes whenever any answer may have. */
  version: () => number;
  /** bytes of answers that are kept at most */
  maxBytes: number;
  /** The server is stopping: nothing is made ahead any more. Default: it is not. */
  isClosing?: () => boolean;
};

export const createReplay = ({ listener, version, maxBytes, isClosing = () => false }: ReplayOptions) => {
  let places = new Map<string, Place>();
  let bytes = 0;
  let standing = version();

  const place = (before: number): Place => ({ isComing: false, waiting: [], asked: 0, before });

  /** Forgets what stood under the version before, and expects what was asked for then to be asked for again. What never came to be made counts on, half each time: nobody keeps a place for good. */
  const renew = (): void => {
    if (version() === standing) return;
    standing = version();
    const demand = ({ answer, asked, before }: Place): number => (answer ? asked : asked + (before >> 1));
    const expected = [...places].filter(([, each]) => demand(each) > 0).sort(([, a], [, b]) => demand(b) - demand(a)).slice(0, maxExpected);
    places = new Map(expected.map(([key, each]) => [key, place(demand(each))]));
    bytes = 0;
  };

  const keep = (key: string, it: Place, answer?: Answer): void => {
    if (answer) it.answer = answer;
    bytes += key.length + headerBytes + (answer?.body.length ?? 0);
    if (bytes <= maxBytes) return;
    places = new Map();
    bytes = 0;
  };

  /** What has no answer to keep any more, such as a story that was withdrawn, is answered to each. */
  const settle = (key: string, it: Place): void => {
    if (!it.answer && places.get(key) === it) places.delete(key);
    for (const each of it.waiting.splice(0)) {
      if (it.answer) give(each, it.answer);
      else listener(each.request, each.response);
    }
  };

  const make = async (key: string, it: Place): Promise<void> => {
    if (it.answer || it.isComing) return;
    it.isComing = true;
    await askAgain(listener, requestOf(key), (response) => keepers.set(response, (answer) => {
      if (places.get(key) === it) keep(key, it, answer);
      else if (answer) it.answer = answer;
    }));
    settle(key, it);
  };

  const ask = (exchange: Exchange, key: string, it: Place): void => {
    it.asked += 1;
    if (it.answer) return give(exchange, it.answer);
    it.waiting.push(exchange);
    void make(key, it);
  };

  return {
    /** Comes before `listener`. */
    answer: (request: IncomingMessage, response: ServerResponse): void => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return listener(request, response);
      renew();
      const key = keyOf(request.url ?? '', request.headers);
      const known = places.get(key);
      if (known) return ask({ request, response }, key, known);
      const begun = standing;
      keepers.set(response, (answer) => {
        if (version() !== begun || standing !== begun || places.has(key)) return;
        const it = { ...place(0), asked: 1 };
        places.set(key, it);
        keep(key, it, answer);
      });
      listener(request, response);
    },

    /** Makes what is expected, one answer after another. `next` names for an address that was asked for those that will be. */
    prepare: async (next: (url: string) => string[]): Promise<void> => {
      if (isClosing()) return;
      renew();
      const keys = Array.from(places.keys()).flatMap((key) => {
        const end = key.indexOf('\n');
        return next(key.slice(0, end)).map((url) => url + key.slice(end));
      });
      for (const key of keys) {
        if (isClosing()) return;
        const it = places.get(key) ?? place(0);
        places.set(key, it);
        await make(key, it);
      }
    },
  };
};
