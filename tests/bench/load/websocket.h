/* Frames of RFC 6455, as far as this load generator and its servers need them: whole messages, shorter than 64 kB where they are written. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define fail(...) (fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), exit(1))

enum { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

/* Writes the head of a frame, at most 4 bytes, and returns its length. */
static inline size_t write_head(uint8_t *head, int opcode, size_t length) {
  head[0] = 0x80 | opcode;
  head[1] = length < 126 ? length : 126;
  if (length < 126) return 2;
  head[2] = length >> 8;
  head[3] = length;
  return 4;
}

/* From a client, on a socket that has room for it. */
static inline void send_frame(int fd, int opcode, const void *text, size_t length) {
  uint8_t frame[8 + 4096];
  if (length > 4096) fail("a message of %zu bytes is too long to send", length);
  size_t head = write_head(frame, opcode, length);
  frame[1] |= 0x80;
  memset(frame + head, 0, 4);                /* a mask of zeros: the text stays as it is */
  memcpy(frame + head + 4, text, length);
  if (send(fd, frame, head + 4 + length, MSG_NOSIGNAL) < 0 && errno == EAGAIN) fail("the server reads nothing");
}

typedef struct { int opcode; const uint8_t *text; size_t length, bytes; } Frame;

/* The first frame of a server; 0 where it is not whole yet. */
static inline int read_frame(Frame *frame, const uint8_t *bytes, size_t length) {
  if (length < 2) return 0;
  size_t head = 2, size = bytes[1] & 127, extra = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (length < head + extra) return 0;
  if (extra) size = 0;
  for (; extra; extra--) size = size << 8 | bytes[head++];
  *frame = (Frame){ bytes[0] & 15, bytes + head, size, head + size };
  return length >= frame->bytes;
}
