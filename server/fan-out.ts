/** One buffer to many sockets. */
import type { Socket } from 'node:net';
import type { NativeCall } from './native-socket.ts';

/** Writes the whole of `bytes` to a socket, after everything that was written to it before. `descriptor` is what `descriptorOf` said of it. `bytes` MUST NOT be changed afterwards. */
export type FanOut = (socket: Socket, descriptor: number, bytes: Buffer) => void;

/** Through the stream: it works with every socket. */
export const plainFanOut: FanOut = (socket, _descriptor, bytes) => void socket.write(bytes);

/**
 * Straight to the kernel, which is some twice as fast. Only while the stream holds nothing (else these bytes would overtake it) and its descriptor is open
 * (a closed one may be somebody else's already): both are looked at for each write, since both change without a word. What the kernel does not take
 * goes through the stream, which then holds bytes, so that everything later queues behind it until it has drained. So does a write that fails: the stream fails
 * likewise, and tells whom it concerns.
 */
export const nativeFanOut =
  (send: NativeCall): FanOut =>
  (socket, descriptor, bytes) => {
    if (descriptor < 0 || socket.writableLength > 0 || socket.destroyed || socket.writableEnded) return void socket.write(bytes);
    const taken = Math.max(0, send(descriptor, bytes, bytes.length));
    if (taken < bytes.length) socket.write(taken === 0 ? bytes : bytes.subarray(taken));
  };

/** The descriptor of a socket that the kernel can be handed bytes for; -1 where there is none, or what is written has to be encrypted first. */
export const descriptorOf = (socket: Socket): number => {
  if ('encrypted' in socket || !('_handle' in socket)) return -1;
  const handle: unknown = socket._handle;
  const fd: unknown = typeof handle === 'object' && handle !== null && 'fd' in handle ? handle.fd : undefined;
  return typeof fd === 'number' ? fd : -1;
};
