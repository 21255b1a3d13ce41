/** A connection by what the browser, or Node, has: its WebSocket, its clock, its timers, and chance. */
import { subprotocol } from '../server/core/protocol.ts';
import { createConnection, type ConnectionOptions } from './connection.ts';

export type PlatformOptions = Pick<ConnectionOptions, 'onMessage' | 'onPhase' | 'step'> & {
  /** Where to connect to, asked for each socket. */
  address(): string;
  /** Default: the platform's. */
  WebSocket?: typeof WebSocket;
  /** With the code of each close. Called before `onPhase`. */
  onClosed?(code: number): void;
};

export const connect = ({ address, WebSocket: Socket = WebSocket, onClosed, ...rest }: PlatformOptions) =>
  createConnection({
    ...rest,
    open: ({ heard, closed }) => {
      const socket = new Socket(address(), subprotocol);
      socket.addEventListener('message', ({ data }) => heard(data));
      socket.addEventListener('close', ({ code }) => {
        onClosed?.(code);
        closed(code);
      });
      return socket;
    },
    now: Date.now,
    random: Math.random,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  });
