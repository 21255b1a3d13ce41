/** What a server's WebSocket frame looks like (RFC 6455, 5.2): whole, unmasked, uncompressed. The same bytes go to every client. */

const opcodes = { text: 0x1, ping: 0x9 } as const;

export const websocketFrame = (kind: keyof typeof opcodes, payload: Buffer): Buffer => Buffer.concat([header(opcodes[kind], payload.length), payload]);

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
