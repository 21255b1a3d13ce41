/** Every limit of the program: its name, its unit, its default. Command line options are read in `main.ts` and checked here, once. */

export const defaults = {
  /** bytes of a story file */
  maxStoryBytes: 4 * 1024 * 1024,

  /** ms a doubtful save must stand still before it is believed */
  settleMs: 500,

  /** ms between two heartbeats on a silent socket */
  heartbeatMs: 25_000,
  /** ms without a pong after which a socket is closed */
  pongTimeoutMs: 30_000,
  /** bytes in flight to one reader, or one larger frame */
  windowBytes: 64 * 1024,
  /** bytes of one message from a client */
  maxMessageBytes: 4 * 1024,
  /** subscriptions a socket */
  maxSubscriptions: 32,
  /** messages a second from a client, on average, and at once */
  messagesPerSecond: 10,
  messageBurst: 40,
  /** ms window in which clients come back after a restart */
  restartWindowMs: [500, 5_000] as [min: number, max: number],

  /** revisions in one page of `/api/stories/<slug>/revisions` */
  revisionsPerPage: 100,
} as const;
