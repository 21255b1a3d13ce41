/**
 * Readers who stand at the same place: they have been told the same, follow the same, and nothing is due to them. Whatever happens next is worked out once, and goes to all of them
 * as the same bytes; what comes together goes out in one write.
 *
 * What a reader of an audience costs is a line in these arrays. Who cannot take what comes leaves, with a standpoint from which a session of its own goes on.
 */
import type { Socket } from 'node:net';
import { createRounds, type Round } from './audience/rounds.ts';
import type { FanIn } from './fan-in.ts';
import type { FanOut } from './fan-out.ts';
import { descriptorOf } from './fan-out.ts';
import type { Frame, Frames } from './frames.ts';
import { noMetrics, type Metrics } from './metrics.ts';
import type { Entry, RevisionLog } from './revision-log.ts';
import type { Clock } from './readers/clock.ts';
import { createCourse, type Course, type Standpoint } from './session/course.ts';
import type { FlowLimits } from './session/flow.ts';
import { heartbeat } from './session/heartbeat.ts';
import { isPongTo, websocketFrame } from './websocket-frame.ts';

/** How long an audience waits before it writes, while more is known to be coming: at most so many times as long as the last write to all took. Each write that is spared is worth much. */
const gatherShare = 2;
/** ms between two looks at whether more is coming */
const gatherMs = 2;

/** A reader, as an audience knows it. */
export type Member = {
  readonly socket: Socket;
  /** Its place in the audience; the audience sets it. */
  slot: number;
};

export type AudienceOptions<M extends Member> = {
  from: Standpoint;
  log: RevisionLog;
  frames: Frames;
  limits: FlowLimits & { maxSubscriptions: number };
  /** ms of silence after which a heartbeat is sent */
  heartbeatMs: number;
  fanOut: FanOut;
  fanIn: FanIn;
  metrics?: Metrics;
  clock: Pick<Clock, 'now' | 'soon' | 'after'>;
  /** ms that lie at least between the end of one write to all and the next; 0: as soon as what happens now has happened. */
  coalesceMs(): number;
  /** Whether more is about to be published. */
  isMoreComing(): boolean;
  /** What was pending has been written: from now on readers can be taken in again. */
  onWritten(): void;
  /** Has left because it reads too slowly: it has been told of everything up to `from`, of which `inFlight` bytes are not known to be read. */
  onLeft(member: M, from: Standpoint, inFlight: number): void;
  /** Has not answered a ping in time. It has left. */
  onOverdue(member: M): void;
  /** Is given what must never happen: everybody has left, from where they stood. */
  onError(error: unknown): void;
};

/** Bytes are counted for the audience as a whole: `sent` so far, and for each member up to where it is known to have read. */
export const createAudience = <M extends Member>({ from, log, frames, limits, heartbeatMs, clock, fanOut, fanIn, metrics = noMetrics, coalesceMs, isMoreComing, onWritten, onLeft, onOverdue, onError }: AudienceOptions<M>) => {
  const { now } = clock;
  const begin = (start: Standpoint, listener: (entry: Entry) => void): Course => createCourse({ log, frames, max: limits.maxSubscriptions, listener, start });
  const course = begin(from, (entry) => guarded(() => hear(entry)));
  /** Where members stand until what is pending has been written: everything since is due there. */
  let behind = begin(from, () => undefined);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  /** The last entry that was heard, and the first that is pending. */
  let [heard, pendingFrom] = [0, 0];
  const members: M[] = [];
  let descriptors = new Int32Array(64);
  let read = new Float64Array(64);
  /** The first ping that a member got, by its number. */
  let firstRound = new Uint32Array(64);
  const rounds = createRounds(now);
  /** The number of the last round whose answers were looked for. */
  let collected = 0;
  let [sent, lastSent, heartbeats] = [0, now(), 0];
  let scheduled = false;
  /** When the last write to all ended, and ms that it took; when the next began to be gathered. */
  let [ended, took, began] = [-Infinity, 0, 0];

  const grow = (): void => {
    const size = members.length * 2;
    const larger = <T extends Int32Array | Float64Array | Uint32Array>(array: T, next: T): T => (next.set(array), next);
    descriptors = larger(descriptors, new Int32Array(size));
    read = larger(read, new Float64Array(size));
    firstRound = larger(firstRound, new Uint32Array(size));
  };

  const remove = (member: M): void => {
    const last = members.pop();
    const [from, to] = [members.length, member.slot];
    if (!last || last === member) return;
    members[to] = last;
    last.slot = to;
    descriptors[to] = descriptors[from] ?? -1;
    read[to] = read[from] ?? sent;
    firstRound[to] = firstRound[from] ?? 0;
  };

  const inFlightAt = (slot: number): number => sent - (read[slot] ?? sent);

  /** One write to each member. Who has no room for it leaves, from where it stands. */
  const deliver = (parts: Buffer[]): void => {
    const whole = parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = Buffer.concat(sent + whole - rounds.last().sent >= limits.windowBytes / 2 ? [...parts, rounds.begin(sent + whole)] : parts);
    for (let slot = members.length - 1; slot >= 0; slot -= 1) {
      const member = members[slot];
      if (!member) continue;
      const inFlight = inFlightAt(slot);
      if (inFlight > 0 && inFlight + bytes.length > limits.windowBytes) {
        remove(member);
        onLeft(member, behind.standpoint(), inFlight);
      } else fanOut(member.socket, descriptors[slot] ?? -1, bytes);
    }
    metrics.sent(members.length, parts.length, bytes.length);
    sent += bytes.length;
    lastSent = now();
  };

  /** How many have answered whom nobody had looked for. Who has said something else goes its own way from here. */
  const lookFor = ({ payload, sent: upTo }: Round): number => {
    const isAnswer = (bytes: Buffer) => isPongTo(payload, bytes);
    let answered = 0;
    for (let slot = members.length - 1; slot >= 0; slot -= 1) {
      const member = members[slot];
      if (!member || (read[slot] ?? 0) >= upTo || !fanIn(member.socket, descriptors[slot] ?? -1, isAnswer)) continue;
      read[slot] = upTo;
      answered += 1;
    }
    return answered;
  };

  /** By the time that all have been written to, many have answered the ping that went along. While most have, the others soon will. */
  const collect = (): void => {
    const round = rounds.last();
    if (round.number === collected) return;
    collected = round.number;
    let [waiting, answered] = [members.length, 0];
    do {
      answered = lookFor(round);
      waiting -= answered;
    } while (waiting > 0 && answered > waiting);
  };

  const write = (): void => {
    if (pending.length > 0) deliver(pending);
    if (pending.length > 0) metrics.told(pendingFrom);
    pending = [];
    pendingBytes = 0;
    behind.end();
    behind = begin(course.standpoint(), () => undefined);
  };

  /** At most half a window goes out at once, so that who has read everything has room for it; or one larger frame. */
  const add = ({ data, folded }: Frame): boolean => {
    if (pendingBytes > 0 && pendingBytes + data.length > limits.windowBytes / 2) write();
    if (pending.length === 0) pendingFrom = heard;
    pending.push(websocketFrame('text', data));
    pendingBytes += data.length;
    if (folded !== undefined) metrics.folded(members.length, folded);
    return true;
  };

  const hear = (entry: Entry): void => {
    heard = entry.sequence;
    behind.hear(entry);
    course.hear(entry);
    course.take(add);
    if (pending.length === 0) return write();
    if (!scheduled) schedule();
    scheduled = true;
  };

  /** After a write to all everybody else gets a turn, so that what they have to tell can go out with the next. */
  const schedule = (): void => {
    const rest = coalesceMs();
    const left = Math.min(rest, ended + rest - now());
    began = now();
    if (left > 0) clock.after(left, gather);
    else clock.soon(gather);
  };

  /** What is saved together is published one after the other, and gathered. What comes alone is not held up. */
  const gather = (): void => {
    if (isMoreComing() && now() - began < took * gatherShare) clock.after(gatherMs, gather);
    else guarded(flush);
  };

  const flush = (): void => {
    const start = now();
    scheduled = false;
    write();
    ended = now();
    took = ended - start;
    collect();
    onWritten();
  };

  /** Where something fails nobody may miss anything: each goes on alone. */
  const disband = (error: unknown): void => {
    const standpoint = behind.standpoint();
    for (const member of members.slice()) {
      const inFlight = inFlightAt(member.slot);
      remove(member);
      onLeft(member, standpoint, inFlight);
    }
    onError(error);
  };

  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      disband(error);
    }
  };

  const beat = (): void => {
    const beat = websocketFrame('text', frames.encode(heartbeat(log.head())).data);
    heartbeats += 1;
    deliver(heartbeats % 2 === 0 ? [beat, rounds.begin(sent + beat.length)] : [beat]);
    collect();
  };

  /** Rounds that everybody has had the time to answer. */
  const judge = (): void => {
    for (const round of rounds.over(limits.pongTimeoutMs)) {
      for (let slot = members.length - 1; slot >= 0; slot -= 1) {
        const member = members[slot];
        if (!member || (firstRound[slot] ?? 0) > round.number || (read[slot] ?? sent) >= round.sent) continue;
        remove(member);
        onOverdue(member);
      }
    }
  };

  return {
    size: (): number => members.length,

    /** Whether there is something that has not been written yet. Until then nobody can be taken in. */
    isPending: (): boolean => pending.length > 0,

    covers: course.covers,
    standpoint: course.standpoint,

    /** Takes in a reader who stands where this audience stands. */
    add: (member: M, inFlight: number): void => {
      member.slot = members.length;
      members.push(member);
      if (members.length > read.length) grow();
      descriptors[member.slot] = descriptorOf(member.socket);
      read[member.slot] = sent - inFlight;
      firstRound[member.slot] = rounds.last().number + 1;
    },

    /** It is gone, or goes on alone from `standing`, which is to be asked for before. */
    remove,
    standing: (member: M): { from: Standpoint; inFlight: number } => ({ from: behind.standpoint(), inFlight: inFlightAt(member.slot) }),

    pong: (member: M, text: string): void => {
      const round = rounds.of(text);
      if (round && round.number >= (firstRound[member.slot] ?? 0)) read[member.slot] = Math.max(read[member.slot] ?? 0, round.sent);
    },

    tick: (): void =>
      guarded(() => {
        judge();
        if (now() - lastSent >= heartbeatMs && pending.length === 0) beat();
      }),

    members: (): readonly M[] => members,
    end: (): void => {
      course.end();
      behind.end();
    },
  };
};

export type Audience<M extends Member> = ReturnType<typeof createAudience<M>>;
