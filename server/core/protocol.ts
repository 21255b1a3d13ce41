/**
 * The wire: every message of `stop-press.v1`, and positions. Both ends import this file.
 * Field order in the types is the order on the wire; `type` stands first.
 */
import type { Copied } from './copies.ts';
import type { Change, EditOp, InsertOp, MoveOp, Op, Position, RemoveOp, Section, SetOp, State, Time } from './story.ts';

export const subprotocol = 'stop-press.v1';

/** `story: "*"` subscribes to every published story. */
export const everyStory = '*';

export type Limits = {
  /** bytes of one message from a client */
  maxMessageBytes: number;
  /** subscriptions a socket */
  maxSubscriptions: number;
  /** messages a second from a client, on average */
  messagesPerSecond: number;
};

export type Hello = { type: 'hello'; protocol: typeof subprotocol; session: string; heartbeatMs: number; limits: Limits };
export type Snapshot = { type: 'snapshot'; story: string; position: Position; reset: boolean; state: State };
export type Diff = {
  type: 'diff';
  story: string;
  from: Position;
  to: Position;
  revision: number;
  /** When revision `to` was published. */
  at: Time;
  /** The loudest of the folded revisions. */
  change: Change;
  /** The note of revision `to`. */
  note?: string;
  /** How many revisions this stands for. */
  folded: number;
  /** Of the state that results. */
  hash: string;
  ops: Op[];
};

/** A block as it is, as pieces and copies, or, where a number is among them, as a delta of the dropped block of the same index. */
export type CompactPut = string | (Copied | number)[];
export type CompactBlockEdit = [at: number, drop: number, ...put: CompactPut[]];
export type CompactSection = Pick<Section, 'id' | 'level' | 'heading'> & Partial<Pick<Section, 'attrs' | 'added' | 'was'>> & { blocks: CompactPut[] };
export type CompactInsert = Omit<InsertOp, 'section'> & { section: CompactSection };
/** The one op without a name. */
export type CompactEdit = Omit<EditOp, 'op' | 'blocks'> & { op?: undefined; blocks?: CompactBlockEdit[] };
export type CompactOp = SetOp | CompactInsert | RemoveOp | MoveOp | CompactEdit;

/** A diff in the format `compact`, see `compact.ts`. Without `folded` it stands for one revision. */
export type CompactDiff = Omit<Diff, 'ops' | 'folded'> & { folded?: number; compact: CompactOp[] };

/** RFC 6902, as far as it is used here. Paths are JSON Pointers (RFC 6901). */
export type PatchOp = { op: 'add' | 'replace'; path: string; value: unknown } | { op: 'remove'; path: string } | { op: 'move'; from: string; path: string };

/** A diff in the format `json-patch`, see `json-patch.ts`: `patch` leads from the whole state at `from` to the whole state at `to`. */
export type PatchDiff = Omit<Diff, 'ops'> & { patch: PatchOp[] };

/** A diff in any format. */
export type AnyDiff = Diff | CompactDiff | PatchDiff;

export type Live = { type: 'live'; story: string; position: Position };
export type Ended = { type: 'ended'; story: string; position: Position; reason: 'withdrawn' } | { type: 'ended'; story: string; position: Position; reason: 'moved'; to: string };
export type Heartbeat = { type: 'heartbeat'; at: Time; position: Position };
export type ErrorMessage = { type: 'error'; code: ErrorCode; message: string; story?: string };
export type Bye = { type: 'bye'; code: number; retryAfterMs: [min: number, max: number] };

export type ErrorCode = 'bad-message' | 'unknown-story' | 'unsupported-format' | 'too-many-subscriptions' | 'rate';

/** What a client is sent that has asked for no other format. */
export type ServerMessage = Hello | Snapshot | Diff | Live | Ended | Heartbeat | ErrorMessage | Bye;

/** How a diff says what changed: as `ops`, which every client knows, shorter, as `core/compact.ts` writes it, or for the libraries of any language, as a JSON Patch. */
export const formats = ['ops', 'compact', 'json-patch'] as const;
export type Format = (typeof formats)[number];

/** Without a format: `ops`. A server may know others. */
export type Subscribe = { type: 'subscribe'; story: string; after?: Position; format?: string };
export type Unsubscribe = { type: 'unsubscribe'; story: string };
export type ClientMessage = Subscribe | Unsubscribe;

/** Close codes of this protocol, by what the client should do. */
export const closeCodes = {
  /** its own fault: does not come back */
  badMessage: 4000,
  unknownProtocol: 4001,
  originRefused: 4003,
  /** backs off, full jitter */
  rate: 4100,
  tooManySockets: 4101,
  /** comes back within the window of `bye` */
  restart: 4300,
  overload: 4301,
  noPong: 4308,
} as const;

/** What a client does after a close: stay away, back off with full jitter, or come back within the window of `bye`. */
export const afterClose = (code: number): 'stay-away' | 'back-off' | 'come-back' => {
  if (code >= 4300 && code < 4400) return 'come-back';
  if ((code >= 4000 && code < 4100) || [1002, 1003, 1007, 1008, 1009].includes(code)) return 'stay-away';
  return 'back-off';
};

export const formatPosition = (epoch: string, sequence: number): Position => `${epoch}_${sequence}`;

/** The epoch and sequence of a position, or `undefined` where the text is none. Sequences compare as integers. */
export const parsePosition = (text: string): { epoch: string; sequence: number } | undefined => {
  const match = /^([0-9a-f]{8})_(0|[1-9]\d{0,14})$/.exec(text);
  return match?.[1] !== undefined && match[2] !== undefined ? { epoch: match[1], sequence: Number(match[2]) } : undefined;
};
