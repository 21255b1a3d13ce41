/** The sockets to one server. What is followed there shares one, as far as the server lets it carry. */
import type { ClientMessage, ServerMessage } from '../server/core/protocol.ts';
import { everyStory } from '../server/core/protocol.ts';
import { connect } from './platform.ts';
import { FollowError } from './update.ts';

/** subscriptions that a socket is taken to carry, until `hello` says how many */
const usualRoom = 32;

/** Who follows a story, or every story. */
export type Subscriber = {
  /** Its slug now; `*` for every story. */
  story(): string;
  /** There is a new session: asks for what is wanted of it. */
  greet(): void;
  hear(message: ServerMessage): void;
  /** The socket is gone; another will come. */
  lose(): void;
  /** No socket will come. */
  fail(error: FollowError): void;
};

export type Lanes = ReturnType<typeof createLanes>;
type Lane = ReturnType<typeof createLane>;
export type LanesOptions = { origin: string; WebSocket: typeof WebSocket };

export const createLanes = ({ origin, WebSocket }: LanesOptions) => {
  const lanes = new Set<Lane>();
  const laneOf = new Map<Subscriber, Lane>();

  const open = (): Lane => {
    const lane = createLane({ origin, WebSocket, onCrowded: place, onOver: () => lanes.delete(lane) });
    lanes.add(lane);
    return lane;
  };

  /** Finds it a socket, or opens one. A story that another subscriber on the same socket follows needs another. */
  const place = (subscriber: Subscriber): void => {
    leave(subscriber);
    const lane = [...lanes].find((lane) => lane.hasRoomFor(subscriber)) ?? open();
    laneOf.set(subscriber, lane);
    lane.add(subscriber);
  };

  const leave = (subscriber: Subscriber): void => {
    const lane = laneOf.get(subscriber);
    laneOf.delete(subscriber);
    lane?.remove(subscriber);
  };

  return {
    place,
    leave,
    /** Sends where there is a session; every new one is asked for what is wanted then. */
    send: (subscriber: Subscriber, message: ClientMessage): void => laneOf.get(subscriber)?.send(message),
    /** Something on the way to the server does not work: its socket comes back later. */
    doubt: (subscriber: Subscriber): void => laneOf.get(subscriber)?.doubt(),
  };
};

type LaneOptions = LanesOptions & { onCrowded(subscriber: Subscriber): void; onOver(): void };

/** One socket, for as long as there is a subscriber on it. */
const createLane = ({ origin, WebSocket, onCrowded, onOver }: LaneOptions) => {
  const subscribers = new Set<Subscriber>();
  /** Stories that this session has been asked for: what was under way for one that has left is not for who follows it next. */
  const asked = new Set<string>();
  let greeted = false;
  let room = usualRoom;
  let closeCode = 0;

  const greet = (maxSubscriptions: number): void => {
    greeted = true;
    asked.clear();
    room = maxSubscriptions;
    const all = [...subscribers];
    all.slice(room).forEach(onCrowded);
    for (const subscriber of all.slice(0, room)) subscriber.greet();
  };

  const hear = (message: ServerMessage): void => {
    if (message.type === 'hello') return greet(message.limits.maxSubscriptions);
    const story = 'story' in message ? message.story : everyStory;
    for (const subscriber of Array.from(subscribers)) if (subscriber.story() === everyStory || subscriber.story() === story) subscriber.hear(message);
  };

  const lose = (isOver: boolean): void => {
    greeted = false;
    const error = new FollowError('refused', `${origin} closed the connection with ${closeCode}, after which nobody comes back`, { closeCode });
    if (isOver) close();
    for (const subscriber of Array.from(subscribers)) if (isOver) subscriber.fail(error); else subscriber.lose();
  };

  const close = (): void => {
    onOver();
    connection.close();
    globalThis.removeEventListener?.('online', renew);
  };

  const renew = (): void => connection.notify({ type: 'renewed' });

  const connection = connect({
    address: () => `${origin.replace('http', 'ws')}/live`,
    WebSocket,
    onClosed: (code) => { closeCode = code; },
    onMessage: hear,
    onPhase: (phase) => {
      if (phase !== 'open' && (greeted || phase !== 'connecting') && subscribers.size > 0) lose(phase === 'over');
    },
  });
  globalThis.addEventListener?.('online', renew);

  const send = (message: ClientMessage): void => {
    if (!greeted) return;
    asked.add(message.story);
    connection.send(message);
  };

  const isOfEvery = (subscriber: Subscriber): boolean => subscriber.story() === everyStory;
  const holds = (story: string): boolean => [...subscribers].some((subscriber) => subscriber.story() === story);
  return {
    hasRoomFor: (subscriber: Subscriber): boolean => subscribers.size < room && !isOfEvery(subscriber) && !holds(everyStory) && !holds(subscriber.story()) && !asked.has(subscriber.story()),
    add: (subscriber: Subscriber): void => {
      subscribers.add(subscriber);
      if (greeted) subscriber.greet();
    },
    /** The last one closes the socket. */
    remove: (subscriber: Subscriber): void => {
      subscribers.delete(subscriber);
      if (subscribers.size === 0) close();
      else send({ type: 'unsubscribe', story: subscriber.story() });
    },
    send,
    doubt: (): void => connection.notify({ type: 'closed', code: 1006 }),
  };
};
