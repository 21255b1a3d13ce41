/** One attempt: a signed POST, and what became of it. */
import { STATUS_CODES } from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { Hook } from './config.ts';
import { readRetryAfter } from './schedule.ts';

export type Attempt = { id: string; body: string };
/** `reason` is for people and says nothing that is secret. */
export type Outcome = { kind: 'taken'; status: number } | { kind: 'gone' } | { kind: 'failed'; reason: string; retryAfterMs?: number };

/** Never rejects. */
export type Post = (hook: Pick<Hook, 'url' | 'secrets'>, attempt: Attempt, signal: AbortSignal) => Promise<Outcome>;

/** bytes of an answer that are read, so that its connection can be used again; nothing in it counts but the status */
const readBytes = 64 * 1024;

/** The headers of Standard Webhooks: one signature for each secret. */
export const signedHeaders = (secrets: readonly string[], { id, body }: Attempt, now: number): Record<string, string> => {
  const at = new Date(now);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
};

export const createPost = ({ now, timeoutMs }: { now: () => number; timeoutMs: number }): Post => {
  const send = ({ url, secrets }: Pick<Hook, 'url' | 'secrets'>, attempt: Attempt, signal: AbortSignal): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', 'user-agent': 'stop-press', ...signedHeaders(secrets, attempt, now()) },
      body: attempt.body,
      signal,
    });

  return async (hook, attempt, stopped) => {
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const response = await send(hook, attempt, AbortSignal.any([stopped, late]));
      await discard(response);
      return outcomeOf(response, now());
    } catch (error) {
      return { kind: 'failed', reason: late.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error) };
    }
  };
};

const outcomeOf = ({ ok, status, headers }: Response, now: number): Outcome => {
  if (ok) return { kind: 'taken', status };
  if (status === 410) return { kind: 'gone' };
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), now);
  const hint = status >= 300 && status < 400 ? ': redirects are not followed, put the new address in the file' : '';
  return { kind: 'failed', reason: `answered ${status} ${STATUS_CODES[status] ?? ''}`.trim() + hint, ...(retryAfterMs !== undefined && { retryAfterMs }) };
};

/** However this ends, the status has been told. */
const discard = async ({ body }: Response): Promise<void> => {
  let read = 0;
  try {
    for await (const chunk of body ?? []) if ((read += chunk.length) > readBytes) break;
  } catch {
    // As said.
  }
};

/** `fetch` says why in the cause. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
};
