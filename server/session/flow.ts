/** How much may be on its way to one reader. Bytes count as on their way until a pong shows that the reader has read past them. */

export type FlowLimits = {
  /** bytes in flight, or one larger frame */
  windowBytes: number;
  /** ms that a ping may go without its pong */
  pongTimeoutMs: number;
};

export type Flow = ReturnType<typeof createFlow>;

/** Open at first, unless `inFlight` bytes fill it already; shut from the moment that something does not fit, or fills it, until a pong. Times are ms of any one clock. */
export const createFlow = ({ windowBytes, pongTimeoutMs }: FlowLimits, inFlight = 0) => {
  let sent = inFlight;
  let read = 0;
  let shut = inFlight >= windowBytes;
  let pings = 0;
  let awaited: { payload: number; sent: number; since: number } | undefined;

  return {
    isShut: () => shut,
    inFlight: () => sent - read,
    isAwaitingPong: () => awaited !== undefined,

    /** Counts a frame as sent; `false`, and nothing counted, where it must wait. */
    admit: (bytes: number): boolean => {
      const inFlight = sent - read;
      const fits = inFlight === 0 || inFlight + bytes <= windowBytes;
      if (fits) sent += bytes;
      shut = !fits || inFlight + bytes >= windowBytes;
      return fits;
    },

    /** The payload of a ping to send now; `undefined` while the pong of another is awaited. */
    ping: (now: number): number | undefined => {
      if (awaited) return undefined;
      pings += 1;
      awaited = { payload: pings, sent, since: now };
      return pings;
    },

    /** Whatever was sent before the ping has been read. A pong that nobody awaits says nothing. */
    pong: (payload: number): void => {
      if (awaited?.payload !== payload) return;
      read = awaited.sent;
      shut = false;
      awaited = undefined;
    },

    isOverdue: (now: number): boolean => awaited !== undefined && now - awaited.since >= pongTimeoutMs,
  };
};
