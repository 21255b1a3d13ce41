/*
 * As little as a server can do: accepts WebSockets, and gives each line of its stdin, made a frame once, to every one of them by send(2).
 * Says `listening PORT` on stdout, and ends with its stdin. What faster there is, is not there by one system call a reader.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>
#include "websocket.h"

enum { LONGEST = 1 << 20 };

static int *sockets, *place_of, count, poller;   /* the open ones, side by side; where each descriptor stands among them, from 1 */

/* The answer to the key of RFC 6455's example, which load.c always sends. */
static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void watch(int fd) {
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static int start_listening(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t size = sizeof own;
  if (bind(fd, (struct sockaddr *)&own, size) || listen(fd, 4096)) { perror("listen"); exit(1); }
  getsockname(fd, (struct sockaddr *)&own, &size);
  printf("listening %d\n", ntohs(own.sin_port));
  fflush(stdout);
  return fd;
}

static void accept_all(int listener) {
  for (int fd, yes = 1; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watch(fd);
  }
}

static void drop(int fd) {
  int place = place_of[fd];
  if (place) {
    int last = sockets[--count];
    sockets[place - 1] = last;
    place_of[last] = place;
    place_of[fd] = 0;
  }
  close(fd);
}

static void receive(int fd) {
  static char bytes[4096];
  ssize_t length = recv(fd, bytes, sizeof bytes, 0);
  if (length <= 0) { drop(fd); return; }
  if (place_of[fd]) return;                      /* what readers say is of no interest */
  if (send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0) { drop(fd); return; }
  sockets[count++] = fd;
  place_of[fd] = count;
}

/* Whoever cannot take all of it holds up the others: the limit is for readers who keep up. */
static void send_rest(int fd, const uint8_t *bytes, size_t length) {
  struct pollfd writable = { .fd = fd, .events = POLLOUT };
  while (length && poll(&writable, 1, 1000) > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) return;
    bytes += sent;
    length -= sent;
  }
}

static void publish(const char *line, size_t length) {
  static uint8_t frame[LONGEST + 4];
  size_t head = write_head(frame, TEXT, length);
  memcpy(frame + head, line, length);
  for (int i = 0; i < count; i++) {
    ssize_t sent = send(sockets[i], frame, head + length, MSG_NOSIGNAL);
    if (sent == (ssize_t)(head + length) || (sent < 0 && errno != EAGAIN)) continue;
    send_rest(sockets[i], frame + (sent < 0 ? 0 : sent), head + length - (sent < 0 ? 0 : sent));
  }
}

static void read_lines(void) {
  static char text[LONGEST];
  static size_t length;
  ssize_t more = read(0, text + length, sizeof text - length);
  if (more <= 0) exit(0);
  length += more;
  char *line = text, *end;
  for (; (end = memchr(line, '\n', text + length - line)); line = end + 1) if (end - line < 65536) publish(line, end - line);
  length -= line - text;
  memmove(text, line, length);
}

int main(void) {
  static struct epoll_event events[1024];
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  sockets = calloc(limit.rlim_max < 1000000 ? limit.rlim_max : 1000000, sizeof *sockets);
  place_of = calloc(limit.rlim_max < 1000000 ? limit.rlim_max : 1000000, sizeof *place_of);
  poller = epoll_create1(0);
  int listener = start_listening();
  watch(listener);
  watch(0);
  for (;;) {
    int ready = epoll_wait(poller, events, 1024, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) accept_all(listener);
      else if (fd == 0) read_lines();
      else receive(fd);
    }
  }
}
