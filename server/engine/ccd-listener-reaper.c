/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/cc-time.h"
#include "server/engine/ccd-listener-private.h"

/* The reaper closes connections whose deadline has passed. MHD only has a timeout for
 * inactivity, so a client that sends one byte a second could keep a connection forever. The
 * reaper shuts sockets down but never closes them, because MHD owns the descriptors. It also
 * reads and discards the remaining bytes of clients whose requests were refused early. */

#define TICK (CC_TIME_SECOND / 4)
#define LINGER_TICK (CC_TIME_SECOND / 20)
#define LINGER_TIME (2 * CC_TIME_SECOND)

static void
unlink_connection(ccd_listener *listener, ccd_connection *connection)
{
  if (connection->prev != NULL)
    connection->prev->next = connection->next;
  else
    listener->first = connection->next;
  if (connection->next != NULL)
    connection->next->prev = connection->prev;
}

/* Read descriptor and peer of a connection. The first result of MHD is copied before the second
 * call, because MHD 1.0 uses the same memory for both. */
static bool
read_connection(struct MHD_Connection *mhd, int *ret_fd, struct in6_addr *ret_peer)
{
  const union MHD_ConnectionInfo *info =
    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (info == NULL)
    return false;
  *ret_fd = info->connect_fd;
  info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (info == NULL)
    return false;
  struct sockaddr_in four; /* copied because the pointer may be unaligned */
  struct sockaddr_in6 six;
  sa_family_t family = info->client_addr->sa_family;
  if (family == AF_INET6) {
    memcpy(&six, info->client_addr, sizeof(six));
    *ret_peer = six.sin6_addr;
  } else if (family == AF_INET) {
    memcpy(&four, info->client_addr, sizeof(four));
    *ret_peer = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
    memcpy(&ret_peer->s6_addr[12], &four.sin_addr, sizeof(four.sin_addr));
  }
  return family == AF_INET || family == AF_INET6;
}

static void *
connection_open(ccd_listener *listener, struct MHD_Connection *mhd)
{
  struct in6_addr peer;
  ccd_connection *connection = calloc(1, sizeof(*connection));
  if (connection == NULL || !read_connection(mhd, &connection->fd, &peer)) {
    free(connection);
    return NULL; /* the intake refuses requests of a connection without this state */
  }
  connection->maybe_unread = true; /* bytes may have arrived before accept: ask the kernel for how
                                long the first request was unread */
  connection->listener = listener;
  connection->mhd = mhd;
  connection->peer = peer;
  int64_t now = cc_time_monotonic();
  atomic_store(&connection->seen, now);
  atomic_store(&connection->deadline, now + listener->options.request_timeout_s * CC_TIME_SECOND);

  (void) pthread_mutex_lock(&listener->lock);
  connection->next = listener->first;
  if (listener->first != NULL)
    listener->first->prev = connection;
  else
    (void) pthread_cond_signal(&listener->wake);
  listener->first = connection;
  (void) pthread_mutex_unlock(&listener->lock);
  (void) atomic_fetch_add(&listener->connections, 1);
  return connection;
}

/* Remove the connection from the list. MHD calls this before it closes the descriptor, so
 * another connection cannot have got its number yet. */
static void
connection_closed(ccd_listener *listener, ccd_connection *connection)
{
  int unread = 0;
  bool linger = !connection->cut && (connection->linger ||
                                     (ioctl(connection->fd, FIONREAD, &unread) == 0 && unread > 0));
  (void) pthread_mutex_lock(&listener->lock);
  unlink_connection(listener, connection);
  if (linger && listener->n_lingering < CCD_LINGER_MAX && !listener->reaper_ends) {
    int fd = fcntl(connection->fd, F_DUPFD_CLOEXEC, 0);
    if (fd >= 0) {
      listener->lingering[listener->n_lingering++] =
        (ccd_linger){.fd = fd, .deadline = cc_time_monotonic() + LINGER_TIME};
      (void) pthread_cond_signal(&listener->wake);
    }
  }
  (void) pthread_mutex_unlock(&listener->lock);
  (void) atomic_fetch_sub(&listener->connections, 1);
  free(connection->body);
  ccd_socket_drop(connection->socket);
  free(connection);
}

void
ccd_reaper_notify_cb(void *data,
                     struct MHD_Connection *mhd,
                     void **socket_context,
                     enum MHD_ConnectionNotificationCode code)
{
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    *socket_context = connection_open(data, mhd);
  } else if (*socket_context != NULL) {
    connection_closed(data, *socket_context);
    *socket_context = NULL;
  }
}

/* Discard bytes that have arrived. False: the client has closed the connection, or its time is
 * over. */
static bool
linger_on(const ccd_linger *linger, int64_t now)
{
  char waste[16 * 1024];
  for (int i = 0; i < 4; i++) {
    ssize_t n = recv(linger->fd, waste, sizeof(waste), MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
      return false;
    if (n < 0)
      break;
  }
  return now < linger->deadline;
}

/* Unread bytes count only when the server is at least this far behind. */
#define BEHIND CC_TIME_SECOND

/* Does the connection have bytes that wait for the server? Bytes of a slow client do not count:
 * some of its bytes were consumed recently. While a reply is sent nothing is read, so that a
 * client that does not receive its reply cannot extend its deadline by sending. */
static bool
has_unread(ccd_connection *connection, int64_t now)
{
  int unread = 0;
  return !atomic_load(&connection->sending) && now - atomic_load(&connection->seen) >= BEHIND &&
         ioctl(connection->fd, FIONREAD, &unread) == 0 && unread > 0;
}

static void
reap_connection(ccd_connection *connection, int64_t now)
{
  int64_t deadline = atomic_load(&connection->deadline);
  if (deadline > now) {
    connection->warned = false;
    return;
  }
  if (has_unread(connection, now)) {
    connection->warned = false;
    (void) atomic_compare_exchange_strong(&connection->deadline, &deadline, now + TICK);
    return;
  }
  /* Shut a connection down when its deadline had passed at two looks in a row. After one look,
   * bytes that were just read may be about to move the deadline; a slow client moves it between
   * any two looks. */
  bool warned = connection->warned;
  connection->warned = true;
  /* If the connection's thread has moved the deadline meanwhile, the connection is in time. */
  if (warned && atomic_compare_exchange_strong(&connection->deadline, &deadline, INT64_MAX))
    (void) shutdown(connection->fd, SHUT_RDWR);
}

/* Make epoll report again that the client has closed its sending direction. MHD uses epoll
 * edge-triggered and stops reading after a short read. If the client closed that direction
 * before the short read, epoll has already reported it, and MHD would wait for the rest of the
 * body until the deadline. Shutting the closed direction down again changes nothing, but is
 * reported. */
static void
tell_end_again(const ccd_connection *connection)
{
  struct pollfd item = {.fd = connection->fd, .events = POLLRDHUP};
  if (atomic_load(&connection->receiving) && poll(&item, 1, 0) > 0 &&
      (item.revents & POLLRDHUP) != 0)
    (void) shutdown(connection->fd, SHUT_RD);
}

static void
reap_connections(ccd_listener *listener, int64_t now)
{
  for (ccd_connection *connection = listener->first; connection != NULL;
       connection = connection->next) {
    tell_end_again(connection);
    reap_connection(connection, now);
  }
}

static void
linger_all(ccd_listener *listener, int64_t now)
{
  for (int i = listener->n_lingering - 1; i >= 0; i--) {
    if (linger_on(&listener->lingering[i], now))
      continue;
    (void) close(listener->lingering[i].fd);
    listener->lingering[i] = listener->lingering[--listener->n_lingering];
  }
}

static void *
reaper_thread(void *data)
{
  ccd_listener *listener = data;
  int64_t next_reap = 0;
  (void) pthread_mutex_lock(&listener->lock);
  while (!listener->reaper_ends) {
    int64_t now = cc_time_monotonic();
    if (now >= next_reap) {
      reap_connections(listener, now);
      next_reap = now + TICK;
      (void) pthread_mutex_unlock(&listener->lock);
      ccd_scheduler_expire(listener->options.scheduler); /* answers the requests that it refuses */
      (void) pthread_mutex_lock(&listener->lock);
    }
    linger_all(listener, now);
    if (listener->first == NULL && listener->n_lingering == 0) {
      (void)
        pthread_cond_wait(&listener->wake,
                          &listener->lock); /* the thread sleeps while there are no connections */
      continue;
    }
    int64_t until = now + (listener->n_lingering > 0 ? LINGER_TICK : TICK);
    struct timespec at = {.tv_sec = until / CC_TIME_SECOND,
                          .tv_nsec = (until % CC_TIME_SECOND) * 1000};
    (void) pthread_cond_timedwait(&listener->wake, &listener->lock, &at);
  }
  for (int i = 0; i < listener->n_lingering; i++)
    (void) close(listener->lingering[i].fd);
  listener->n_lingering = 0;
  (void) pthread_mutex_unlock(&listener->lock);
  return NULL;
}

bool
ccd_reaper_start(ccd_listener *listener)
{
  return pthread_create(&listener->reaper, NULL, reaper_thread, listener) == 0;
}

void
ccd_reaper_stop(ccd_listener *listener)
{
  (void) pthread_mutex_lock(&listener->lock);
  listener->reaper_ends = true;
  (void) pthread_cond_signal(&listener->wake);
  (void) pthread_mutex_unlock(&listener->lock);
  (void) pthread_join(listener->reaper, NULL);
}

void
ccd_reaper_cut_sockets(ccd_listener *listener)
{
  (void) pthread_mutex_lock(&listener->lock);
  for (ccd_connection *connection = listener->first; connection != NULL;
       connection = connection->next)
    if (atomic_load(&connection->upgraded))
      (void) shutdown(connection->fd, SHUT_RDWR);
  (void) pthread_mutex_unlock(&listener->lock);
}
