/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-listener.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/base/cc-time.h"
#include "server/engine/ccd-listener-loop.h"
#include "server/engine/ccd-listener-private.h"
#include "server/engine/ccd-log.h"

/* Number of file descriptors reserved for other files of the process: database connections,
 * logs, libraries. */
#define OTHER_FILES 256

/* The listener that this thread is starting. */
static _Thread_local ccd_listener *starting;

/* Overrides MHD_start_daemon() for the whole program, because ulfius offers no hook between the
 * head of a request and its body. When called by ulfius, it saves ulfius's access handler,
 * installs ours and calls MHD_start_daemon_va(); other callers are unaffected.
 * ccd_listener_start fails when the linker did not bind ulfius to this definition. */
struct MHD_Daemon *
MHD_start_daemon(unsigned int flags,
                 uint16_t port,
                 MHD_AcceptPolicyCallback policy,
                 void *policy_data,
                 MHD_AccessHandlerCallback handler,
                 void *handler_data,
                 ...)
{
  if (starting != NULL) {
    starting->dispatcher = handler;
    handler = ccd_intake_access_cb;
    handler_data = starting;
  }
  va_list options;
  va_start(options, handler_data);
  struct MHD_Daemon *daemon =
    MHD_start_daemon_va(flags, port, policy, policy_data, handler, handler_data, options);
  va_end(options);
  return daemon;
}

static _Thread_local int64_t caught_up, last_taken;

/* Overrides epoll_wait() of the C library for the whole program. When MHD gets a full result of
 * 128 events, it calls again with the same timeout before it processes them. If no further
 * events are ready, its thread would sleep although 128 requests wait. So a call after a full
 * result does not wait. */
int
epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)
{
  static _Thread_local int full = -1;
  int n = epoll_pwait(epfd, events, maxevents, full == epfd ? 0 : timeout, /* sigmask= */ NULL);
  if (n <= 0)
    return n;
  if (full != epfd)
    caught_up = last_taken;
  full = n == maxevents ? epfd : -1;
  if (full == -1)
    last_taken = cc_time_monotonic();
  return n;
}

int64_t
ccd_listener_caught_up(void)
{
  return caught_up;
}

/* Drops MHD's messages: they contain bytes that clients sent, and nothing that the reply's
 * status does not show. */
static void
quiet_logger_cb(void *data, const char *format, va_list args)
{
}

/* Raise the limit of open files, since every connection is a file. Returns how many of
 * @connections are possible. */
static int
raise_file_limit(int connections)
{
  static atomic_int wanted = OTHER_FILES;
  int total = atomic_fetch_add(&wanted, connections) + connections;
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return connections;
  if (limit.rlim_cur >= (rlim_t) total)
    return connections;
  struct rlimit raised = {.rlim_cur = (rlim_t) total, .rlim_max = limit.rlim_max};
  if (raised.rlim_max < raised.rlim_cur)
    raised.rlim_max = raised.rlim_cur; /* root may */
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
    return connections;
  raised.rlim_cur = raised.rlim_max = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &raised) != 0)
    raised.rlim_cur = limit.rlim_cur;
  int missing = total - (int) raised.rlim_cur;
  int possible = connections - missing > 16 ? connections - missing : 16;
  ccd_log(CCD_WARNING,
          "listener.few_files",
          CCD_NUMBER("connections", connections),
          CCD_NUMBER("possible", possible));
  return possible;
}

/* Seconds until MHD ends an inactive connection. MHD does not check for unread bytes, so this
 * timeout is only for clients that do not receive their reply; the reaper ends clients that do
 * not send earlier. */
#define STALL_MORE_S 10

static int
stall_timeout(const ccd_listener_options *options)
{
  return options->idle_timeout_s + options->request_timeout_s + STALL_MORE_S;
}

static bool
start_daemon(ccd_listener *listener)
{
  const ccd_listener_options *options = &listener->options;
  unsigned int flags =
    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_ALLOW_UPGRADE | MHD_ALLOW_SUSPEND_RESUME;
  if (listener->bound.ss_family == AF_INET6)
    flags |= MHD_USE_DUAL_STACK; /* "::" also accepts IPv4 */
  /* MHD 0.9.75: MHD_OPTION_STRICT_FOR_CLIENT is not set, because the checks in
   * ccd-listener-head.c are stricter, and MHD's own reply to a missing Host is sent twice. MHD
   * 1.0: level 1 is set, because at lower levels MHD hides folded lines, bare LF and misplaced
   * blanks from these checks. */
  struct MHD_OptionItem items[16];
  size_t n = 0;
#define ADD_OPTION(id, number, pointer)                                                            \
  items[n++] = (struct MHD_OptionItem){(id), (intptr_t) (number), (pointer)}
  ADD_OPTION(MHD_OPTION_EXTERNAL_LOGGER, quiet_logger_cb, NULL);
  ADD_OPTION(MHD_OPTION_NOTIFY_COMPLETED, ccd_intake_completed_cb, listener);
  ADD_OPTION(MHD_OPTION_URI_LOG_CALLBACK, ccd_intake_uri_cb, listener);
  ADD_OPTION(MHD_OPTION_NOTIFY_CONNECTION, ccd_reaper_notify_cb, listener);
  ADD_OPTION(MHD_OPTION_SOCK_ADDR, 0, &listener->bound);
  ADD_OPTION(MHD_OPTION_CONNECTION_LIMIT, options->connection_limit, NULL);
  ADD_OPTION(MHD_OPTION_CONNECTION_TIMEOUT, stall_timeout(options), NULL);
  ADD_OPTION(MHD_OPTION_CONNECTION_MEMORY_LIMIT, CCD_CONNECTION_MEMORY, NULL);
#if CCD_MHD_1
  ADD_OPTION(MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL);
#endif
  if (options->per_address_limit > 0)
    ADD_OPTION(MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->per_address_limit, NULL);
  if (options->threads > 1)
    ADD_OPTION(MHD_OPTION_THREAD_POOL_SIZE, options->threads, NULL);
  ADD_OPTION(MHD_OPTION_END, 0, NULL);
#undef ADD_OPTION
  assert(n <= sizeof(items) / sizeof(items[0]));

  starting = listener;
  int code = ulfius_start_framework_with_mhd_options(&listener->instance, flags, items);
  starting = NULL;
  return code == U_OK;
}

static void
end_framework(ccd_listener *listener)
{
  if (listener->started)
    (void) ulfius_stop_framework(&listener->instance);
  listener->started = false;
  if (listener->listen_fd >= 0)
    (void) close(listener->listen_fd);
  listener->listen_fd = -1;
}

void
ccd_listener_free(ccd_listener *listener)
{
  if (listener == NULL)
    return;
  end_framework(listener);
  ulfius_clean_instance(&listener->instance);
  (void) pthread_cond_destroy(&listener->wake);
  (void) pthread_mutex_destroy(&listener->lock);
  free(listener);
}

static ccd_listener *
listener_new(const ccd_listener_options *options)
{
  ccd_listener *listener = calloc(1, sizeof(*listener));
  if (listener == NULL)
    return NULL;
  listener->options = *options;
  listener->listen_fd = -1;
  pthread_condattr_t monotonic;
  (void) pthread_condattr_init(&monotonic);
  (void) pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void) pthread_cond_init(&listener->wake, &monotonic);
  (void) pthread_condattr_destroy(&monotonic);
  (void) pthread_mutex_init(&listener->lock, NULL);
  return listener;
}

static bool
read_bound(const ccd_listener_options *options, struct sockaddr_storage *ret)
{
  struct sockaddr_in *four = (struct sockaddr_in *) ret;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *) ret;
  in_port_t port = htons((uint16_t) options->port);
  if (options->port <= 0 || options->port > 65535)
    return false;
  *ret = (struct sockaddr_storage){0};
  if (strchr(options->bind_address, ':') == NULL) {
    four->sin_family = AF_INET;
    four->sin_port = port;
    return inet_pton(AF_INET, options->bind_address, &four->sin_addr) == 1;
  }
  six->sin6_family = AF_INET6;
  six->sin6_port = port;
  return inet_pton(AF_INET6, options->bind_address, &six->sin6_addr) == 1;
}

static cc_status
read_addresses(ccd_listener *listener, cc_error *reterr)
{
  const ccd_listener_options *options = &listener->options;
  if (!read_bound(options, &listener->bound))
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "bad_address",
                   "The %s listener cannot use the address %s, port %d.",
                   options->name,
                   options->bind_address,
                   options->port);
  const char *trusted = options->trusted_proxy == NULL ? "" : options->trusted_proxy;
  if (!ccd_networks_read(trusted, &listener->trusted))
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "bad_address",
                   "TRUSTED_PROXY is \"%s\"; it must be addresses or networks such as "
                   "172.30.0.0/24, at most %d, with commas.",
                   trusted,
                   CCD_NETWORKS_MAX);
  return CC_OK;
}

cc_status
ccd_listener_start(const ccd_listener_options *options, ccd_listener **ret, cc_error *reterr)
{
  assert(options->handler != NULL && options->connection_limit > 0 && options->threads > 0);
  ccd_listener *listener = listener_new(options);
  if (listener == NULL)
    return cc_fail_memory(reterr);
  cc_status status = read_addresses(listener, reterr);
  if (status != CC_OK) {
    ccd_listener_free(listener);
    return status;
  }
  listener->options.connection_limit = raise_file_limit(options->connection_limit);
  if (ulfius_init_instance(&listener->instance, (unsigned int) options->port, NULL, NULL) != U_OK ||
      ulfius_set_default_endpoint(&listener->instance, ccd_intake_answer_cb, listener) != U_OK ||
      !ccd_reaper_start(listener)) {
    ccd_listener_free(listener);
    return cc_fail_memory(reterr);
  }
  errno = 0;
  listener->started = start_daemon(listener);
  if (!listener->started || listener->dispatcher == NULL) {
    int reason = errno;
    ccd_reaper_stop(listener);
    bool started = listener->started;
    ccd_listener_free(listener);
    return cc_fail(reterr,
                   CC_ERR_UNAVAILABLE,
                   started ? "ulfius_unhooked" : "cannot_listen",
                   "The %s listener cannot start on %s:%d: %s.",
                   options->name,
                   options->bind_address,
                   options->port,
                   started ? "ulfius does not call our MHD_start_daemon" : strerrordesc_np(reason));
  }
  *ret = listener;
  return CC_OK;
}

void
ccd_listener_quiesce(ccd_listener *listener)
{
  if (atomic_exchange(&listener->quiet, true))
    return;
  MHD_socket fd = MHD_quiesce_daemon(listener->instance.mhd_daemon);
  if (fd == MHD_INVALID_SOCKET)
    return;
  /* A thread of MHD may be about to accept on the descriptor, so it is closed only at the stop. */
  (void) shutdown(fd, SHUT_RDWR);
  listener->listen_fd = fd;
}

/* Number of requests that are being handled; with @sockets, open WebSockets are included. */
static int
count_in_flight(const ccd_listener *listener, bool sockets)
{
  int n = atomic_load(&listener->in_flight);
  return sockets ? n + atomic_load(&listener->sockets) : n;
}

int
ccd_listener_connections(const ccd_listener *listener)
{
  return atomic_load(&listener->connections);
}

static bool
wait_until_idle(const ccd_listener *listener, int64_t deadline)
{
  while (count_in_flight(listener, /* sockets= */ true) > 0) {
    if (cc_time_monotonic() >= deadline)
      return false;
    (void) nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  }
  return true;
}

/* Wait for running requests; they end, because their statements have time limits. MHD would
 * abort if it were stopped with a suspended connection, and a thread that has just resumed a
 * connection still uses the listener. Afterwards replies have one second to be sent. */
static void
wait_until_back(const ccd_listener *listener)
{
  if (atomic_load(&listener->away) == 0)
    return;
  while (atomic_load(&listener->away) > 0)
    (void) nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  (void) wait_until_idle(listener, cc_time_monotonic() + CC_TIME_SECOND);
}

void
ccd_listener_stop(ccd_listener *listener, int64_t deadline)
{
  ccd_listener_quiesce(listener);
  atomic_store(&listener->stopping, true);
  (void) pthread_mutex_lock(&listener->lock);
  if (listener->loop != NULL)
    ccd_loop_wake(listener->loop);
  (void) pthread_mutex_unlock(&listener->lock);
  if (!wait_until_idle(listener, deadline)) {
    /* Clients that still send or receive are cut off, because their time is over. WebSockets end
     * by themselves. */
    ccd_reaper_cut_sockets(listener);
    ccd_scheduler_refuse(listener->options.scheduler);
    (void) wait_until_idle(listener, cc_time_monotonic() + CC_TIME_SECOND);
  }
  wait_until_back(listener);
  ccd_reaper_stop(listener);
  ccd_loop_free(listener->loop); /* MHD aborts when an upgraded connection is still open */
  listener->loop = NULL;
  end_framework(listener);
}
