/*
 * Many WebSocket readers in one thread: opens them, reads what they are sent, and says when a message has reached the last of them.
 *
 *   load HOST PORT PATH [socket.io]
 *
 * Commands are lines on stdin, answers are JSON lines on stdout. It ends with its stdin. @POSITION@ in PATH and in greetings is the newest position that was seen.
 *
 *   greet TEXT   what each reader sends once it is open; several are sent in order
 *   open N       N readers; {"event":"open"} when all are, and again whenever all are back
 *   stall N      N readers besides that connect, send their greetings and never read; {"event":"open"} as well
 *   rejoin       from now on whoever loses the connection comes back as pages do: within the window of `bye`, and with growing pauses where
 *                they are refused, since they cannot see Retry-After. Before that, it is heeded
 *   churn R      R readers a second leave, and come back at once; 0 ends it
 *   reset        counts begin anew
 *   report       {"event":"report"}
 *   leave        all readers leave: {"event":"left"}
 *
 * A message is what carries `stamp=` and a time in ns of CLOCK_MONOTONIC, the clock of process.hrtime, in the first kilobyte of its frame; the same
 * stamp is the same message. {"event":"message"} when every reader (not those who stall) has it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "histogram.h"
#include "websocket.h"

typedef enum { GONE, WAITING, CONNECTING, UPGRADING, OPEN, CLOSING } State;

typedef struct {
  int fd;
  State state;
  int stalls;
  int attempts;               /* to come back, since it was last open */
  uint64_t due;               /* WAITING: when it connects */
  uint64_t back_min, back_max; /* what `bye` said, in ns */
  int code;                   /* CLOSING: what the server closed with */
  uint8_t *rest;              /* of a frame that has not come whole */
  size_t rest_length;
} Reader;

typedef struct {
  uint64_t stamp, first, last;
  int readers, told;
  size_t bytes;
} Message;

enum { CHUNK = 256 * 1024, MESSAGES = 256, GREETINGS = 16, HANDSHAKES_AT_ONCE = 256, CODES = 5000 };
static const uint64_t second = 1000000000, millisecond = 1000000;

static struct sockaddr_in server = { .sin_family = AF_INET };
static const char *host, *path;
static int port, is_socket_io;

static Reader *readers;
static int capacity, total, stalled, rejoins, poller;
static int waiting, shaking, following, stalling; /* readers in WAITING, in a handshake, and open: those who read, those who stall */
static int announced;                        /* that all are open */
static char *greetings[GREETINGS], position[64];
static int greeting_count;

static Message messages[MESSAGES];           /* a ring */
static uint32_t message_count;
static int unfinished;

static double churn_rate;
static uint64_t churn_from, churned;

/* What is reported: since `reset`, but for the times of opening, which count from the first loss. */
static struct {
  uint64_t at, frames, bytes, repeated, refused, failed, closed, codes[CODES], cpu, span, work;
  Histogram latency;
} seen;
static struct { uint64_t from, this_second, in_second, peak, attempts, window; } opening;

static uint8_t chunk[CHUNK];

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * second + t.tv_nsec; }
static uint64_t own_cpu(void) { struct timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec * second + t.tv_nsec; }
static uint64_t between(uint64_t min, uint64_t max) { return max > min ? min + (uint64_t)(drand48() * (max - min)) : min; }
static double ms(uint64_t ns) { return ns / 1e6; }

static const char *with_position(const char *text) {
  static char whole[4096];
  const char *mark = strstr(text, "@POSITION@");
  if (!mark) return text;
  snprintf(whole, sizeof whole, "%.*s%s%s", (int)(mark - text), text, position, mark + 10);
  return whole;
}

static void greet(Reader *reader) {
  for (int i = 0; i < greeting_count; i++) {
    const char *text = with_position(greetings[i]);
    send_frame(reader->fd, TEXT, text, strlen(text));
  }
}

/* ---- readers come and go */

static void watch(Reader *reader, int operation, uint32_t events) {
  struct epoll_event event = { .events = events, .data.u32 = reader - readers };
  epoll_ctl(poller, operation, reader->fd, &event);
}

static void set_state(Reader *reader, State state) {
  int change[2] = { -1, 1 };
  State of[2] = { reader->state, state };
  for (int i = 0; i < 2; i++) {
    if (of[i] == WAITING) waiting += change[i];
    if (of[i] == CONNECTING || of[i] == UPGRADING) shaking += change[i];
    if (of[i] == OPEN) *(reader->stalls ? &stalling : &following) += change[i];
  }
  reader->state = state;
}

static void let_go(Reader *reader) {
  if (reader->fd >= 0) close(reader->fd);
  free(reader->rest);
  reader->rest = NULL;
  reader->rest_length = 0;
  reader->fd = -1;
  set_state(reader, GONE);
}

static void come_after(Reader *reader, uint64_t pause) { reader->due = now() + pause; set_state(reader, WAITING); }

/* As pages do: the pauses are drawn from half a second to what grows up to thirty. */
static uint64_t back_off(Reader *reader) {
  int attempt = reader->attempts++;
  return between(second / 2, attempt < 4 ? (second * 2) << attempt : 30 * second);
}

static void announce_finished(void);

static void lose(Reader *reader, int code) {
  int was_open = reader->state == OPEN || reader->state == CLOSING;
  let_go(reader);
  if (!was_open) { seen.failed++; come_after(reader, back_off(reader)); return; }
  seen.closed++;
  if (code > 0 && code < CODES) seen.codes[code]++;
  if (announced) { opening.from = now(); opening.peak = opening.in_second = opening.attempts = 0; announced = 0; }
  uint64_t pause = back_off(reader);
  if (rejoins || reader->stalls) come_after(reader, reader->back_max ? between(reader->back_min, reader->back_max) : pause);
  announce_finished();
}

/* As browsers do: the close is answered, and the connection is lost when the server has ended it, which is no reset then. */
static void answer_close(Reader *reader, int code) {
  uint8_t answer[2] = { code >> 8, code & 255 };
  struct linger quiet = { 0, 0 };
  send_frame(reader->fd, CLOSE, answer, code == 1005 ? 0 : 2);
  setsockopt(reader->fd, SOL_SOCKET, SO_LINGER, &quiet, sizeof quiet);
  reader->code = code;
  set_state(reader, CLOSING);
  watch(reader, EPOLL_CTL_MOD, EPOLLIN);  /* the end may have come with the close */
}

static void connect_reader(Reader *reader) {
  static uint32_t from;
  int yes = 1, little = 4096;
  struct linger reset = { 1, 0 };            /* a reset at the end: no port is kept waiting */
  struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002 + from++ % 16) };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0) fail("no more sockets: %s (ulimit -n)", strerror(errno));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (reader->stalls) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  if ((ntohl(server.sin_addr.s_addr) >> 24) == 127) {  /* several addresses of this machine, so that ports never run out */
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    bind(fd, (struct sockaddr *)&own, sizeof own);
  }
  opening.attempts++;
  reader->fd = fd;
  reader->back_max = 0;
  set_state(reader, CONNECTING);
  if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) lose(reader, 0);
  else watch(reader, EPOLL_CTL_ADD, EPOLLOUT);
}

static void request_upgrade(Reader *reader) {
  char request[2048];
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(reader->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) { lose(reader, 0); return; }
  int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\nUpgrade: websocket\r\nOrigin: http://%s:%d\r\n"
    "Sec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    with_position(path), host, port, host, port);
  if (send(reader->fd, request, length, MSG_NOSIGNAL) != length) { lose(reader, 0); return; }
  set_state(reader, UPGRADING);
  watch(reader, EPOLL_CTL_MOD, EPOLLIN | EPOLLET);  /* what one recv does not fill the chunk with is all there is */
}

static void count_opening(void) {
  uint64_t this_second = now() / second;
  if (opening.this_second != this_second) { opening.this_second = this_second; opening.in_second = 0; }
  if (++opening.in_second > opening.peak) opening.peak = opening.in_second;
}

static void announce_open(void) {
  if (announced || following < total || stalling < stalled) return;
  announced = 1;
  printf("{\"event\":\"open\",\"readers\":%d,\"ms\":%.1f,\"peak\":%lu,\"window\":%.0f,\"attempts\":%lu,\"refused\":%lu,\"failed\":%lu}\n",
    following, ms(now() - opening.from), opening.peak, ms(opening.window), opening.attempts, seen.refused, seen.failed);
}

static void welcome(Reader *reader) {
  set_state(reader, OPEN);
  reader->attempts = 0;
  greet(reader);
  count_opening();
  if (reader->stalls) watch(reader, EPOLL_CTL_MOD, EPOLLRDHUP);  /* so that it comes back where the server lets it go */
  announce_open();
}

/* Whoever's time has come connects, looked at once a millisecond; the first time not all at once. */
static void admit(uint64_t at) {
  static uint64_t last;
  if (!waiting || at - last < millisecond) return;
  last = at;
  for (int i = 0; i < total + stalled && (rejoins || shaking < HANDSHAKES_AT_ONCE); i++) if (readers[i].state == WAITING && readers[i].due <= at) connect_reader(&readers[i]);
}

static void churn(uint64_t at) {
  static int next;
  while (churn_rate > 0 && churned < (at - churn_from) / 1e9 * churn_rate) {
    Reader *reader = &readers[next++ % total];
    churned++;
    if (reader->state != OPEN) continue;
    uint8_t going_away[2] = { 1001 >> 8, 1001 & 255 };
    if (churned % 2) send_frame(reader->fd, CLOSE, going_away, 2);  /* every other one says so; its connection is reset either way */
    let_go(reader);
    come_after(reader, 0);
  }
}

/* ---- messages */

static void announce_finished(void) {
  for (uint32_t i = message_count > MESSAGES ? message_count - MESSAGES : 0; unfinished && i < message_count; i++) {
    Message *message = &messages[i % MESSAGES];
    if (message->told || message->readers < following) continue;
    message->told = 1;
    unfinished--;
    printf("{\"event\":\"message\",\"stamp\":\"%lu\",\"readers\":%d,\"bytes\":%zu,\"first\":%.3f,\"last\":%.3f}\n",
      message->stamp, message->readers, message->bytes, ms(message->first - message->stamp), ms(message->last - message->stamp));
  }
}

static Message *message_of(uint64_t stamp, const Frame *frame, uint64_t at) {
  for (uint32_t back = 1; back <= message_count && back <= MESSAGES; back++) {
    Message *message = &messages[(message_count - back) % MESSAGES];
    if (message->stamp == stamp) return message;
  }
  Message *message = &messages[message_count++ % MESSAGES];
  if (message_count > MESSAGES && !message->told) unfinished--;
  *message = (Message){ .stamp = stamp, .first = at };
  unfinished++;
  const uint8_t *to = memmem(frame->text, frame->length, "\"to\":\"", 6);
  if (to) sscanf((const char *)to + 6, "%63[^\"]", position);
  return message;
}

static void deliver(const Frame *frame, uint64_t at) {
  size_t searched = frame->length < 1024 ? frame->length : 1024;
  const uint8_t *mark = memmem(frame->text, searched, "stamp=", 6), *end = frame->text + frame->length;
  if (!mark) return;
  uint64_t stamp = 0;
  for (mark += 6; mark < end && *mark >= '0' && *mark <= '9'; mark++) stamp = stamp * 10 + *mark - '0';
  if (!stamp || stamp > at) return;
  Message *message = message_of(stamp, frame, at);
  message->bytes = frame->bytes;
  message->last = at;
  message->readers++;
  add(&seen.latency, at - stamp);
  if (message->told) seen.repeated++;
  else if (message->readers >= following) announce_finished();
}

static void take_bye(Reader *reader, const uint8_t *text, size_t length) {
  const uint8_t *window = memmem(text, length, "\"retryAfterMs\":[", 16);
  unsigned min, max;
  if (!window || sscanf((const char *)window + 16, "%u,%u", &min, &max) != 2) return;
  reader->back_min = min * millisecond;
  reader->back_max = max * millisecond;
  opening.window = (max - min) * millisecond;
}

static void take_frame(Reader *reader, const Frame *frame, uint64_t at) {
  const uint8_t *text = frame->text;
  seen.frames++;
  if (frame->opcode == CLOSE) answer_close(reader, frame->length >= 2 ? text[0] << 8 | text[1] : 1005);
  else if (frame->opcode == PING) send_frame(reader->fd, PONG, text, frame->length);
  else if (is_socket_io && frame->length == 1 && *text == '2') send_frame(reader->fd, TEXT, "3", 1);
  else if (frame->length > 14 && !memcmp(text, "{\"type\":\"bye\"", 13)) take_bye(reader, text, frame->length);
  else deliver(frame, at);
}

/* ---- bytes: both return how many they used; all of them where the reader is gone */

static size_t take_answer(Reader *reader, const uint8_t *bytes, size_t length) {
  const uint8_t *end = memmem(bytes, length, "\r\n\r\n", 4);
  if (!end) return 0;
  if (length > 12 && !memcmp(bytes + 9, "101", 3)) { welcome(reader); return end + 4 - bytes; }
  char head[1024];
  snprintf(head, sizeof head, "%.*s", (int)(end - bytes), bytes);
  char *after = strcasestr(head, "\r\nretry-after:");
  if (!seen.refused++ && !after) fprintf(stderr, "an upgrade was answered with: %.60s\n", head);
  uint64_t pause = back_off(reader);
  let_go(reader);
  come_after(reader, after && !rejoins ? strtoul(after + 14, NULL, 10) * second : pause);
  return length;
}

static size_t take_frames(Reader *reader, const uint8_t *bytes, size_t length, uint64_t at) {
  size_t used = 0;
  for (Frame frame; read_frame(&frame, bytes + used, length - used); used += frame.bytes) {
    take_frame(reader, &frame, at);
    if (reader->state != OPEN) return length;
  }
  return used;
}

static void take_bytes(Reader *reader, const uint8_t *bytes, size_t length, uint64_t at) {
  size_t used = reader->state == UPGRADING ? take_answer(reader, bytes, length) : 0;
  if (reader->state == OPEN && !reader->stalls) used += take_frames(reader, bytes + used, length - used, at);
  if (reader->fd < 0 || reader->stalls || reader->state == CLOSING) return;
  uint8_t *rest = NULL;
  if (used < length) {
    rest = malloc(length - used);
    memcpy(rest, bytes + used, length - used);
  }
  free(reader->rest);
  reader->rest = rest;
  reader->rest_length = length - used;
}

static void receive(Reader *reader) {
  size_t kept = reader->rest_length;
  ssize_t length;
  if (kept >= CHUNK / 2) fail("a frame is longer than %d bytes", CHUNK / 2);
  if (kept) memcpy(chunk, reader->rest, kept);
  length = recv(reader->fd, chunk + kept, CHUNK - kept, 0);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0) { lose(reader, reader->state == CLOSING ? reader->code : 1006); return; }
  seen.bytes += length;
  int is_full = (size_t)length == CHUNK - kept;
  take_bytes(reader, chunk, kept + length, now());
  if (is_full && reader->fd >= 0) receive(reader);
}

/* ---- commands */

static void print_report(void) {
  uint64_t wall = now() - seen.at;
  printf("{\"event\":\"report\",\"seconds\":%.3f,\"readers\":%d,\"frames\":%lu,\"bytes\":%lu,\"deliveries\":%lu,\"repeated\":%lu,\"unfinished\":%d,"
    "\"refused\":%lu,\"failed\":%lu,\"closed\":%lu,\"cpu\":%.4f,\"busy\":%.4f,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f,\"codes\":{",
    wall / 1e9, following, seen.frames, seen.bytes, seen.latency.count, seen.repeated, unfinished, seen.refused, seen.failed, seen.closed,
    (own_cpu() - seen.cpu) / 1e9, seen.span ? (double)seen.work / seen.span : 0, quantile(&seen.latency, 0.5), quantile(&seen.latency, 0.99), ms(seen.latency.slowest));
  for (int code = 0, comma = 0; code < CODES; code++) if (seen.codes[code]) printf("%s\"%d\":%lu", comma++ ? "," : "", code, seen.codes[code]);
  puts("}}");
}

static void reset(void) {
  memset(&seen, 0, sizeof seen);
  seen.at = now();
  seen.cpu = own_cpu();
  for (int i = 0; i < MESSAGES; i++) messages[i].told = 1;
  unfinished = 0;
}

static void add_readers(int count, int stalls) {
  if (total + stalled + count > capacity) fail("%d readers are more than the %d descriptors that a process may have here (ulimit -Hn)", total + stalled + count, capacity);
  if (!stalls && stalled) fail("those who stall come after those who read");
  for (int i = total + stalled, end = i + count; i < end; i++) {
    readers[i] = (Reader){ .fd = -1, .stalls = stalls };
    come_after(&readers[i], 0);
  }
  *(stalls ? &stalled : &total) += count;
  opening.from = now();
  opening.peak = opening.in_second = opening.attempts = 0;
  announced = 0;
  announce_open();
}

static void leave(void) {
  for (int i = 0; i < total + stalled; i++) let_go(&readers[i]);
  total = stalled = 0;
  puts("{\"event\":\"left\"}");
}

static void obey(char *line) {
  char *argument = strchr(line, ' ');
  if (argument) *argument++ = 0;
  long number = argument ? atol(argument) : 0;
  if (!strcmp(line, "greet") && argument && greeting_count < GREETINGS) greetings[greeting_count++] = strdup(argument);
  else if (!strcmp(line, "open")) add_readers(number > total ? number - total : 0, 0);
  else if (!strcmp(line, "stall")) add_readers(number, 1);
  else if (!strcmp(line, "rejoin")) rejoins = 1;
  else if (!strcmp(line, "churn")) { churn_rate = number; churn_from = now(); churned = 0; }
  else if (!strcmp(line, "reset")) reset();
  else if (!strcmp(line, "report")) print_report();
  else if (!strcmp(line, "leave")) leave();
  else fail("what is \"%s\"?", line);
}

static void read_commands(void) {
  static char text[65536];
  static size_t length;
  ssize_t more = read(0, text + length, sizeof text - length - 1);
  if (more <= 0) exit(0);
  text[length += more] = 0;
  char *line = text, *end;
  for (; (end = strchr(line, '\n')); line = end + 1) { *end = 0; obey(line); }
  length -= line - text;
  memmove(text, line, length);
}

/* While a message is on its way it asks again and again without going to sleep: to wake it would be charged to the server. */
static int awaits_message(uint64_t at) {
  return unfinished > 0 && at - messages[(message_count - 1) % MESSAGES].first < second;
}

int main(int argc, char **argv) {
  static struct epoll_event events[4096];
  struct rlimit limit;
  if (argc < 4) fail("load HOST PORT PATH [socket.io]");
  host = argv[1];
  port = atoi(argv[2]);
  path = argv[3];
  is_socket_io = argc > 4 && !strcmp(argv[4], "socket.io");
  server.sin_port = htons(port);
  if (!inet_aton(host, &server.sin_addr)) fail("%s is no IPv4 address", host);
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  capacity = limit.rlim_max < 1000000 ? limit.rlim_max - 16 : 1000000;
  readers = calloc(capacity, sizeof *readers);
  poller = epoll_create1(0);
  struct epoll_event commands = { .events = EPOLLIN, .data.u32 = UINT32_MAX };
  epoll_ctl(poller, EPOLL_CTL_ADD, 0, &commands);
  setvbuf(stdout, NULL, _IOLBF, 0);
  srand48(getpid());
  reset();
  for (;;) {
    uint64_t from = now();
    int asks = awaits_message(from);
    uint64_t cpu = asks ? own_cpu() : 0;
    int count = epoll_wait(poller, events, 4096, asks ? 0 : waiting || churn_rate > 0 ? 1 : -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.u32 == UINT32_MAX) { read_commands(); continue; }
      Reader *reader = &readers[events[i].data.u32];
      if (reader->state == CONNECTING) request_upgrade(reader);
      else if (reader->state == OPEN && reader->stalls) lose(reader, 1006);
      else if (reader->state >= UPGRADING) receive(reader);
    }
    admit(now());
    churn(now());
    if (asks) seen.span += now() - from;
    if (asks && count > 0) seen.work += own_cpu() - cpu;
  }
}
