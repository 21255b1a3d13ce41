/** What many sockets answer at about the same time. */
import type { Socket } from 'node:net';
import type { NativeCall } from './native-socket.ts';

/** Takes what has come in on a socket by now, if `isExpected` says so of the whole of it; anything else goes the way it always does. Returns whether it was taken. `descriptor` is what `descriptorOf` said of the socket. */
export type FanIn = (socket: Socket, descriptor: number, isExpected: (bytes: Buffer) => boolean) => boolean;

/** Everything comes through the streams: it works with every socket. */
export const plainFanIn: FanIn = () => false;

/** bytes that are asked for at once: far more than is expected */
const most = 1_024;

/**
 * Straight from the kernel, at a fifth of what it costs to be handed it by the event loop. Only while the stream flows, holds nothing, and its descriptor is open.
 * What was not expected is pushed into the stream, just as if the event loop had read it, and before it reads on. An end is left for it to find, which is also what it finds after a failure.
 */
export const nativeFanIn = (receive: NativeCall): FanIn => {
  const buffer = Buffer.alloc(most);
  return (socket, descriptor, isExpected) => {
    if (descriptor < 0 || socket.destroyed || socket.readableFlowing !== true || socket.readableLength > 0) return false;
    const count = receive(descriptor, buffer, most);
    if (count <= 0) return false;
    const bytes = buffer.subarray(0, count);
    const isTaken = isExpected(bytes);
    if (!isTaken) socket.push(Buffer.from(bytes));
    return isTaken;
  };
};
