/** `send(2)` and `recv(2)` of the C library, called without a compiler through the optional package koffi. */

/** How many bytes the kernel took or gave, -1 where none. Never waits, never raises SIGPIPE. */
export type NativeCall = (descriptor: number, bytes: Buffer, length: number) => number;

export type NativeSocket = { send: NativeCall; receive: NativeCall };

/** MSG_DONTWAIT and MSG_NOSIGNAL, as Linux numbers them on every architecture */
const [dontWait, noSignal] = [0x40, 0x4000];

/** `undefined` where there is none: on other systems, and without the package. */
export const loadNativeSocket = async (): Promise<NativeSocket | undefined> => {
  if (process.platform !== 'linux') return undefined;
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load(null);
    const send: (descriptor: number, bytes: Buffer, length: number, flags: number) => number = library.func('long send(int fd, const void *bytes, size_t length, int flags)');
    const receive: typeof send = library.func('long recv(int fd, void *bytes, size_t length, int flags)');
    return {
      send: (descriptor, bytes, length) => send(descriptor, bytes, length, dontWait | noSignal),
      receive: (descriptor, bytes, length) => receive(descriptor, bytes, length, dontWait),
    };
  } catch {
    return undefined;
  }
};
