/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-listener-loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/cc-time.h"
#include "server/engine/ccd-listener-io.h"
#include "server/engine/ccd-log.h"

/* One thread serves all WebSockets of a listener. Other threads append frames to a socket's
 * queue and add the socket to the list of ready sockets; only the loop's thread uses
 * descriptors. */

#define TICK_MS 500
#define PING_EVERY (20 * CC_TIME_SECOND)
#define PINGS_UNANSWERED_MAX 2
#define SEND_TIMEOUT (10 * CC_TIME_SECOND) /* of one frame */
#define READ_PER_TICK                                                                              \
  ((size_t) 128 * 1024) /* limit for bytes of one client, whose messages are ignored */
#define EVENTS_MAX 128

void
ccd_loop_wake(ccd_loop *loop)
{
  const uint64_t one = 1;
  if (write(loop->wake_fd, &one, sizeof(one)) != sizeof(one))
    ccd_log(CCD_DEBUG, "socket.wake_full"); /* the pipe is full, so the thread wakes up anyway */
}

bool
ccd_loop_ready(ccd_loop *loop, ccd_socket *socket)
{
  if (socket->ready)
    return false;
  bool first = loop->ready == NULL;
  socket->ready = true;
  socket->next_ready = loop->ready;
  loop->ready = socket;
  return first;
}

void
ccd_loop_add(ccd_loop *loop, ccd_socket *socket)
{
  (void) pthread_mutex_lock(&loop->lock);
  socket->next_ready = loop->incoming;
  loop->incoming = socket;
  (void) pthread_mutex_unlock(&loop->lock);
  ccd_loop_wake(loop);
}

/* --- the thread --- */

static void
unlink_socket(ccd_loop *loop, ccd_socket *socket)
{
  if (socket->prev != NULL)
    socket->prev->next = socket->next;
  else
    loop->first = socket->next;
  if (socket->next != NULL)
    socket->next->prev = socket->prev;
}

/* End a socket. Its owner is notified at once; its memory is freed at the end of the round,
 * because lists and events of this round may still refer to the socket. */
static void
end_socket(ccd_loop *loop, ccd_socket *socket)
{
  if (socket->ended)
    return;
  socket->ended = true;
  unlink_socket(loop, socket);
  (void) epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, socket->fd, NULL);
  socket->owner->closed(socket->data);
  socket->next = loop->ended;
  loop->ended = socket;
}

static void
forget_ready(ccd_loop *loop, const ccd_socket *socket)
{
  for (ccd_socket **at = &loop->ready; socket->ready && *at != NULL; at = &(*at)->next_ready) {
    if (*at == socket) {
      *at = socket->next_ready;
      break;
    }
  }
}

static void
free_ended(ccd_loop *loop)
{
  while (loop->ended != NULL) {
    ccd_socket *socket = loop->ended;
    loop->ended = socket->next;
    (void) pthread_mutex_lock(&loop->lock);
    forget_ready(loop, socket);
    (void) pthread_mutex_unlock(&loop->lock);
    for (unsigned int i = 0; i < socket->n; i++)
      ccd_frame_unref(socket->queue[(socket->first + i) % CCD_QUEUE_MAX]);
    ccd_listener *listener = socket->listener;
    (void) MHD_upgrade_action(socket->handle, MHD_UPGRADE_ACTION_CLOSE);
    free(socket);
    (void)
      atomic_fetch_sub(&listener->sockets,
                       1); /* last, because stopping the listener waits until this count is 0 */
  }
}

/* Call after any operation on a socket: updates the events for which epoll waits, or ends the
 * socket. */
static void
settle_socket(ccd_loop *loop, ccd_socket *socket)
{
  if (ccd_io_done(socket)) {
    end_socket(loop, socket);
    return;
  }
  uint32_t wanted = (socket->in_budget > 0 ? (uint32_t) EPOLLIN | EPOLLRDHUP : 0) |
                    (socket->blocked != 0 ? (uint32_t) EPOLLOUT : 0);
  struct epoll_event event = {.events = wanted, .data.ptr = socket};
  if (wanted != socket->events && epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, socket->fd, &event) == 0)
    socket->events = wanted;
}

static void
serve_socket(ccd_loop *loop, ccd_socket *socket, uint32_t events)
{
  if (socket->ended)
    return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0)
    socket->broken = true;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0)
    ccd_io_read(loop, socket);
  ccd_io_write(loop, socket);
  settle_socket(loop, socket);
}

static void
take_incoming(ccd_loop *loop)
{
  (void) pthread_mutex_lock(&loop->lock);
  ccd_socket *socket = loop->incoming;
  loop->incoming = NULL;
  (void) pthread_mutex_unlock(&loop->lock);
  while (socket != NULL) {
    ccd_socket *next = socket->next_ready;
    socket->prev = NULL;
    socket->next = loop->first;
    if (loop->first != NULL)
      loop->first->prev = socket;
    loop->first = socket;
    socket->in_budget = READ_PER_TICK;
    socket->pinged = cc_time_monotonic();
    socket->events = EPOLLIN | EPOLLRDHUP;
    struct epoll_event event = {.events = socket->events, .data.ptr = socket};
    socket->broken = epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, socket->fd, &event) != 0;
    socket->owner->open(socket, socket->data);
    serve_socket(loop, socket, /* events= */ 0);
    socket = next;
  }
}

static void
take_ready(ccd_loop *loop)
{
  (void) pthread_mutex_lock(&loop->lock);
  ccd_socket *chain = loop->ready;
  loop->ready = NULL;
  (void) pthread_mutex_unlock(&loop->lock);
  while (chain != NULL) {
    ccd_socket *socket = chain;
    (void) pthread_mutex_lock(&loop->lock);
    chain = socket->next_ready;
    socket->ready = false;
    int code = socket->asked_code;
    (void) pthread_mutex_unlock(&loop->lock);
    if (code != 0)
      ccd_io_end(loop, socket, code);
    serve_socket(loop, socket, /* events= */ 0);
  }
}

static void
check_time(ccd_loop *loop, ccd_socket *socket, int64_t now)
{
  bool late = socket->blocked != 0 && now - socket->blocked > SEND_TIMEOUT;
  bool over = socket->ends != 0 && now > socket->ends;
  socket->in_budget = READ_PER_TICK;
  if (over || (late && socket->code != 0)) {
    socket->broken = true;
  } else if (late) {
    ccd_log(CCD_INFO, "socket.too_slow", CCD_TEXT("listener", loop->listener->options.name));
    ccd_io_end(loop, socket, CCD_CLOSE_TOO_SLOW);
  } else if (socket->code == 0 && now - socket->pinged > PING_EVERY) {
    socket->broken = socket->unanswered >= PINGS_UNANSWERED_MAX; /* the client does not answer */
    socket->unanswered++;
    socket->pinged = now;
    socket->ping_due = true;
  }
  serve_socket(loop, socket, /* events= */ 0);
}

static void
tick_all(ccd_loop *loop, int64_t now)
{
  bool stopping = atomic_load(&loop->listener->stopping);
  for (ccd_socket *socket = loop->first, *next = NULL; socket != NULL; socket = next) {
    next = socket->next;
    if (stopping)
      ccd_io_end(loop, socket, CCD_CLOSE_GOING_AWAY);
    check_time(loop, socket, now);
  }
}

static void
take_events(ccd_loop *loop)
{
  struct epoll_event events[EVENTS_MAX];
  int timeout = loop->first == NULL ? -1 : TICK_MS;
  int n = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, timeout);
  for (int i = 0; i < n; i++) {
    uint64_t ignored = 0;
    if (events[i].data.ptr != NULL)
      serve_socket(loop, events[i].data.ptr, events[i].events);
    else if (read(loop->wake_fd, &ignored, sizeof(ignored)) < 0 && errno != EAGAIN)
      ccd_log(CCD_WARNING, "socket.wake_lost");
  }
}

static void *
loop_thread(void *data)
{
  ccd_loop *loop = data;
  int64_t next_tick = 0;
  for (bool ends = false; !ends;) {
    take_events(loop);
    take_incoming(loop);
    take_ready(loop);
    int64_t now = cc_time_monotonic();
    if (now >= next_tick || atomic_load(&loop->listener->stopping)) {
      tick_all(loop, now);
      next_tick = now + TICK_MS * (CC_TIME_SECOND / 1000);
    }
    free_ended(loop);
    (void) pthread_mutex_lock(&loop->lock);
    ends = loop->ends;
    (void) pthread_mutex_unlock(&loop->lock);
  }
  while (loop->first != NULL)
    end_socket(loop, loop->first);
  free_ended(loop);
  return NULL;
}

/* --- start and end --- */

static void
loop_close(ccd_loop *loop)
{
  if (loop->epoll_fd >= 0)
    (void) close(loop->epoll_fd);
  if (loop->wake_fd >= 0)
    (void) close(loop->wake_fd);
  (void) pthread_mutex_destroy(&loop->lock);
  free(loop);
}

static ccd_loop *
loop_new(ccd_listener *listener)
{
  ccd_loop *loop = calloc(1, sizeof(*loop));
  if (loop == NULL)
    return NULL;
  loop->listener = listener;
  (void) pthread_mutex_init(&loop->lock, NULL);
  loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  if (loop->epoll_fd >= 0 && loop->wake_fd >= 0 &&
      epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &event) == 0 &&
      pthread_create(&loop->thread, NULL, loop_thread, loop) == 0)
    return loop;
  loop_close(loop);
  return NULL;
}

ccd_loop *
ccd_loop_get(ccd_listener *listener)
{
  (void) pthread_mutex_lock(&listener->lock);
  if (listener->loop == NULL)
    listener->loop = loop_new(listener);
  ccd_loop *loop = listener->loop;
  (void) pthread_mutex_unlock(&listener->lock);
  return loop;
}

void
ccd_loop_free(ccd_loop *loop)
{
  if (loop == NULL)
    return;
  (void) pthread_mutex_lock(&loop->lock);
  loop->ends = true;
  (void) pthread_mutex_unlock(&loop->lock);
  ccd_loop_wake(loop);
  (void) pthread_join(loop->thread, NULL);
  loop_close(loop);
}
