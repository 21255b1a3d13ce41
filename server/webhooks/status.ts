/** How a hook stands, in data and in words. */
import { createHash } from 'node:crypto';
import { parsePosition } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';
import { clock } from '../terminal.ts';
import type { WebhookStatus } from '../webhooks.ts';
import type { Hook } from './config.ts';
import type { Parked, Place } from './store.ts';

/** Tells one address from another without repeating it: what stands behind its path may be a secret. */
export const targetOf = ({ url }: Hook): string => createHash('sha256').update(url).digest('base64url');

type Standing = { place: Place; parked: Parked[]; delivering: boolean; head: Position };

export const statusOf = ({ name, url, stories }: Hook, { place, parked, delivering, head }: Standing): WebhookStatus => {
  const { position, attempts, nextAt, error, gone } = place;
  const waiting = nextAt !== undefined;
  return {
    name,
    url: withoutSecrets(url),
    stories,
    state: gone ? 'gone' : delivering ? 'delivering' : waiting ? 'retrying' : 'idle',
    position,
    behind: sequenceOf(head) - sequenceOf(position),
    ...(attempts > 0 && { attempts }),
    ...(waiting && !gone && { nextAttempt: timeOf(nextAt) }),
    ...(error !== undefined && { lastError: error }),
    parked: parked.map(({ position: at, story, attempts: tried, at: since, error: last }) => ({ position: at, story, attempts: tried, since: timeOf(since), error: last })),
  };
};

/** Some lines a hook, for the operator. */
export const describeWebhook = ({ name, url, stories, state, behind, nextAttempt, attempts, lastError, position, parked }: WebhookStatus): string => {
  const details = [
    `${state}${nextAttempt === undefined ? '' : ` at ${localTime(nextAttempt)}`}`,
    ...(parked.length > 0 ? [`${parked.length} parked`] : []),
    behind === 0 ? 'told all' : `${behind} ${behind === 1 ? 'entry' : 'entries'} to go`,
    `told up to ${position}`,
  ];
  const trouble = lastError === undefined ? [] : [`  ${lastError}${attempts === undefined ? '' : ` (attempt ${attempts})`}`];
  const given = parked.map(({ position: at, story, attempts: tried, since, error }) => `  parked ${at}  ${story}  ${localTime(since)}  ${error} (${tried} attempts)`);
  return [`${name}  ${details.join(', ')}`, `  ${url}  ${stories.join(' ')}`, ...trouble, ...given].join('\n');
};

const localTime = (time: string): string => `${time.slice(0, 10)} ${clock(Date.parse(time))}`;

const withoutSecrets = (url: string): string => {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search === '' ? '' : '?...'}`;
};

const sequenceOf = (position: Position): number => parsePosition(position)?.sequence ?? 0;
const timeOf = (ms: number): string => new Date(ms).toISOString();
