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
  /** What carries it; `place` sets it. */
  lane?: Lane;
  /** There is a new session: asks for what is wanted of it. */
  greet(): void;
  hear(message: ServerMessage): void;
  /** The socket is gone; another will come. */
  lose(): void;
  /** No socket will come. */
  fail(error: FollowError): void;
};

/** One socket, for as long as there is a subscriber on it. */
export type Lane = {
  /** Sends where there is a session; every new one is asked for what is wanted then. */
  send(message: ClientMessage): void;
  /** Something on the way to the server does not work: its socket comes back later. */
  doubt(): void;
  /** May be called twice. The last one closes the socket. */
  remove(subscriber: Subscriber): void;
};

export type Lanes = ReturnType<typeof createLanes>;
export type LanesOptions = { origin: string; WebSocket: typeof WebSocket };

export const createLanes = ({ origin, WebSocket }: LanesOptions) => {
  const lanes = new Set<ReturnType<typeof createLane>>();

  const open = () => {
    const lane = createLane({ origin, WebSocket, place, onOver: () => lanes.delete(lane) });
    lanes.add(lane);
    return lane;
  };

  /** Finds it a socket, or opens one. Every story takes one of its own, and so does a story that another on the same socket follows. */
  const place = (subscriber: Subscriber): void => {
    const lane = [...lanes].find((lane) => lane.hasRoomFor(subscriber.story())) ?? open();
    subscriber.lane = lane;
    lane.add(subscriber);
  };

  return { place };
};

type LaneOptions = LanesOptions & { place(subscriber: Subscriber): void; onOver(): void };

const createLane = ({ origin, WebSocket, place, onOver }: LaneOptions) => {
  const subscribers = new Set<Subscriber>();
  /** Stories that this session has been asked for: what was under way for one that has left is not for who follows it next. */
  let asked = new Set<string>();
  let isOpen = false;
  let room = usualRoom;
  let closeCode = 0;

  const each = (act: (subscriber: Subscriber) => void): void => Array.from(subscribers).forEach(act);

  const greet = (maxSubscriptions: number): void => {
    isOpen = true;
    room = maxSubscriptions;
    asked = new Set();
    for (const subscriber of [...subscribers].slice(room)) {
      subscribers.delete(subscriber);
      place(subscriber);
    }
    each((subscriber) => {
      asked.add(subscriber.story());
      subscriber.greet();
    });
  };

  const hear = (message: ServerMessage): void => {
    if (message.type === 'hello') return greet(message.limits.maxSubscriptions);
    const story = 'story' in message ? message.story : everyStory;
    each((subscriber) => { if ([everyStory, story].includes(subscriber.story())) subscriber.hear(message); });
  };

  /** Nothing more is expected of it. */
  const forget = (): void => {
    onOver();
    globalThis.removeEventListener?.('online', renew);
  };

  const end = (): void => {
    forget();
    const error = new FollowError('refused', `${origin} has closed the connection for good, with ${closeCode}`, { closeCode });
    each((subscriber) => subscriber.fail(error));
  };

  const lose = (): void => {
    isOpen = false;
    each((subscriber) => subscriber.lose());
  };

  const renew = (): void => connection.notify({ type: 'renewed' });

  const connection = connect({
    address: () => `${origin.replace('http', 'ws')}/live`,
    WebSocket,
    onClosed: (code) => { closeCode = code; },
    onMessage: hear,
    onPhase: (phase) => {
      if (phase === 'over' && subscribers.size > 0) end();
      else if (phase === 'waiting' || (phase === 'connecting' && isOpen)) lose();
    },
  });
  globalThis.addEventListener?.('online', renew);

  const send = (message: ClientMessage): void => {
    if (!isOpen) return;
    asked.add(message.story);
    connection.send(message);
  };

  return {
    send,
    doubt: (): void => connection.notify({ type: 'closed', code: 1006 }),
    hasRoomFor: (story: string): boolean => subscribers.size < room && story !== everyStory && !asked.has(everyStory) && !asked.has(story),
    add: (subscriber: Subscriber): void => {
      subscribers.add(subscriber);
      asked.add(subscriber.story());
      if (isOpen) subscriber.greet();
    },
    remove: (subscriber: Subscriber): void => {
      subscribers.delete(subscriber);
      if (subscribers.size > 0) return send({ type: 'unsubscribe', story: subscriber.story() });
      forget();
      connection.close();
    },
  };
};
