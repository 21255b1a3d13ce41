/** `send(2)` of the C library, called without a compiler through the optional package koffi. */

/** As `send(2)`: how many bytes the kernel took, -1 where it took none. Never waits, never raises SIGPIPE. */
export type NativeSend = (descriptor: number, bytes: Buffer, length: number) => number;

/** MSG_DONTWAIT and MSG_NOSIGNAL, as Linux numbers them on every architecture */
const flags = 0x40 | 0x4000;

/** `undefined` where there is none: on other systems, and without the package. */
export const loadNativeSend = async (): Promise<NativeSend | undefined> => {
  if (process.platform !== 'linux') return undefined;
  try {
    const { default: koffi } = await import('koffi');
    const send: (descriptor: number, bytes: Buffer, length: number, flags: number) => number = koffi.load(null).func('long send(int fd, const void *bytes, size_t length, int flags)');
    return (descriptor, bytes, length) => send(descriptor, bytes, length, flags);
  } catch {
    return undefined;
  }
};
