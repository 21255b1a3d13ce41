/** The sockets to one server. What is followed there shares one, as far as the server lets it carry. */
import type { ClientMessage, CompactDiff, ServerMessage } from '../server/core/protocol.ts';
import { everyStory } from '../server/core/protocol.ts';
import { connect } from './platform.ts';
import { FollowError } from './update.ts';

/** subscriptions that a socket is taken to carry, until `hello` says how many */
const usualRoom = 32;

export type Message = ServerMessage | CompactDiff;

/** What is followed on a socket: a story, or every story. */
export type Topic = {
  /** Its slug now; `*` for every story. */
  story(): string;
  /** There is a new session: asks for what is wanted of it. */
  greet(): void;
  hear(message: Message): void;
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
  const laneOf = new Map<Topic, Lane>();

  const open = (): Lane => {
    const lane = createLane({ origin, WebSocket, onCrowded: place, onOver: () => lanes.delete(lane) });
    lanes.add(lane);
    return lane;
  };

  /** Finds it a socket, or opens one. A story that another topic on the same socket follows needs another. */
  const place = (topic: Topic): void => {
    leave(topic);
    const lane = [...lanes].find((lane) => lane.hasRoomFor(topic)) ?? open();
    laneOf.set(topic, lane);
    lane.add(topic);
  };

  const leave = (topic: Topic): void => {
    const lane = laneOf.get(topic);
    laneOf.delete(topic);
    lane?.remove(topic);
  };

  return {
    place,
    leave,
    /** Whether another topic on its socket follows the same story. */
    isTwice: (topic: Topic): boolean => laneOf.get(topic)?.holds(topic.story(), topic) ?? false,
    /** Sends where there is a session; every new one is asked for what is wanted then. */
    send: (topic: Topic, message: ClientMessage): void => laneOf.get(topic)?.send(message),
    /** Something on the way to the server does not work: its socket comes back later. */
    doubt: (topic: Topic): void => laneOf.get(topic)?.doubt(),
  };
};

type LaneOptions = LanesOptions & { onCrowded(topic: Topic): void; onOver(): void };

/** One socket, for as long as there is a topic on it. */
const createLane = ({ origin, WebSocket, onCrowded, onOver }: LaneOptions) => {
  const topics = new Set<Topic>();
  let greeted = false;
  let room = usualRoom;
  let closeCode = 0;

  const greet = (maxSubscriptions: number): void => {
    greeted = true;
    room = maxSubscriptions;
    const all = [...topics];
    all.slice(room).forEach(onCrowded);
    for (const topic of all.slice(0, room)) topic.greet();
  };

  const hear = (message: Message): void => {
    if (message.type === 'hello') return greet(message.limits.maxSubscriptions);
    const story = 'story' in message ? message.story : everyStory;
    for (const topic of Array.from(topics)) if (topic.story() === everyStory || topic.story() === story) topic.hear(message);
  };

  const lose = (isOver: boolean): void => {
    greeted = false;
    const error = new FollowError('refused', `${origin} closed the connection with ${closeCode}, after which nobody comes back`, { closeCode });
    if (isOver) close();
    for (const topic of Array.from(topics)) if (isOver) topic.fail(error); else topic.lose();
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
      if (phase !== 'open' && (greeted || phase !== 'connecting') && topics.size > 0) lose(phase === 'over');
    },
  });
  globalThis.addEventListener?.('online', renew);

  const isOfEvery = (topic: Topic): boolean => topic.story() === everyStory;
  const holds = (story: string, except?: Topic): boolean => [...topics].some((topic) => topic !== except && topic.story() === story);
  return {
    holds,
    hasRoomFor: (topic: Topic): boolean => topics.size < room && !isOfEvery(topic) && !holds(everyStory) && !holds(topic.story()),
    add: (topic: Topic): void => {
      topics.add(topic);
      if (greeted) topic.greet();
    },
    /** The last one closes the socket. */
    remove: (topic: Topic): void => {
      topics.delete(topic);
      if (topics.size === 0) close();
    },
    send: (message: ClientMessage): void => {
      if (greeted) connection.send(message);
    },
    doubt: (): void => connection.notify({ type: 'closed', code: 1006 }),
  };
};
