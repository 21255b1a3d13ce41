/** What a server's WebSocket frame looks like (RFC 6455, 5.2): whole, unmasked, uncompressed. The same bytes go to every client. And what a client answers to a ping. */

const opcodes = { text: 0x1, ping: 0x9, pong: 0xa } as const;

export const websocketFrame = (kind: Exclude<keyof typeof opcodes, 'pong'>, payload: Buffer): Buffer => Buffer.concat([header(opcodes[kind], payload.length), payload]);

/** Whether these bytes are a client's answer to a ping with this payload of less than 126 bytes, and nothing else: clients mask what they send (5.3). */
export const isPongTo = (payload: Buffer, bytes: Buffer): boolean => {
  if (bytes.length !== 6 + payload.length || bytes[0] !== (0x80 | opcodes.pong) || bytes[1] !== (0x80 | payload.length)) return false;
  return payload.every((byte, index) => (byte ^ (bytes[6 + index] ?? 0)) === bytes[2 + (index % 4)]);
};

const header = (opcode: number, length: number): Buffer => {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.of(first, length);
  const bytes = Buffer.alloc(length < 65_536 ? 4 : 10);
  bytes[0] = first;
  bytes[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) bytes.writeUInt16BE(length, 2);
  else bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
};
