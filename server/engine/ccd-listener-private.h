/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <ulfius.h>

#include "server/engine/ccd-listener.h"
#include "server/engine/ccd-networks.h"

/* Declarations shared by the files of the listener; only ccd-listener-*.c includes this header.
 *
 * Threads: MHD makes all calls for one connection from one thread at a time. While a request is
 * with the scheduler, its connection is suspended, and the thread that answers the request owns
 * the connection. Only `deadline`, `seen`, `receiving` and `sending` are read by another thread
 * (the reaper), and the links of the list and `fd` by the holder of the listener's lock. */

/* MHD 1.0 parses differently from 0.9: blanks around values, levels of strictness. */
#define CCD_MHD_1 (MHD_VERSION >= 0x01000000)

#define CCD_CONNECTION_MEMORY                                                                      \
  (32 * 1024) /* maximal size of a request's head; a larger one is answered with 414 or 431 */
#define CCD_HEADERS_IN_MAX 100
#define CCD_NO_LENGTH UINT64_MAX

typedef struct ccd_connection {
  struct ccd_connection *prev, *next; /* listener->first, under its lock */
  ccd_listener *listener;
  int fd;
  bool linger; /* refused early: further bytes of the client are discarded */
  bool cut; /* the connection is closed without a reply, so no further bytes need to be discarded */
  atomic_bool upgraded; /* a WebSocket: limited by its loop instead of the reaper */
  _Atomic int64_t
    deadline;           /* time of cc_time_monotonic at which the reaper closes the connection */
  _Atomic int64_t seen; /* time of cc_time_monotonic at which bytes were last consumed */
  bool
    warned; /* the deadline had already passed when the reaper last looked; guarded by the lock */
  atomic_bool receiving; /* bytes of a body have arrived */
  atomic_bool sending;   /* a reply is being sent: unread bytes do not extend the deadline */
  struct in6_addr peer;  /* IPv4 as ::ffff:a.b.c.d */
  char address[INET6_ADDRSTRLEN]; /* address of the client of this request: the peer's, or the one
                                     reported by a trusted proxy */
  /* The current request. */
  struct MHD_Connection *mhd;
  const char *base; /* beginning of the first request in MHD's buffer */
  ccd_http_request request;
  uint64_t content_length; /* CCD_NO_LENGTH: the header is absent */
  uint64_t received;       /* bytes of the body, including discarded ones */
  size_t capacity;         /* capacity of request.body */
  char *body;
  void *begun_by;   /* the exchange left by .begin, until the handler takes it */
  bool streamed;    /* the body is passed to .write */
  uint64_t refused; /* bytes that .write refused */
  bool chunked;
  bool begun;        /* the head was read; counted in listener->in_flight */
  bool maybe_unread; /* bytes of the next request may have been unread for long: the previous
                  request was slow */
  ccd_http_place place;
  ccd_work work;           /* submitted while the connection is suspended */
  bool back;               /* the work is done, and the connection was resumed */
  bool left;               /* the client closed the connection before the request was run */
  bool beginning;          /* the submitted work is .begin, not .handler */
  ccd_http_begin verdict;  /* result of .begin */
  ccd_http_response reply; /* of the work */
  bool socket_asked;
  struct ccd_socket *socket; /* created, not yet passed to the loop */
} ccd_connection;

/* Time (cc_time_monotonic) at which the calling thread had last read everything from its
 * connections. Bytes that it finds now have been unread since then at most, unless an earlier
 * request of the same round delayed the thread. */
int64_t ccd_listener_caught_up(void);

/* A closed connection whose client may still be sending. The listener keeps a duplicate of its
 * descriptor: otherwise the kernel would send a reset, which would discard the reply. */
#define CCD_LINGER_MAX 128

typedef struct ccd_linger {
  int fd;
  int64_t deadline;
} ccd_linger;

struct ccd_listener {
  ccd_listener_options options;
  struct _u_instance instance;
  MHD_AccessHandlerCallback dispatcher; /* ulfius's access handler, saved by MHD_start_daemon */
  ccd_networks trusted;
  struct sockaddr_storage bound; /* address of the listening socket */
  bool started;
  int listen_fd; /* set by quiesce; -1 before */
  atomic_bool quiet;
  atomic_bool stopping;
  atomic_int in_flight, sockets, connections;
  struct ccd_loop *loop; /* serves the WebSockets; created under the lock, then constant */
  /* number of submitted works that are not done; MHD must not be stopped before they are */
  atomic_int away;

  pthread_mutex_t lock; /* of all below */
  pthread_cond_t wake;  /* signalled when the reaper has work */
  ccd_connection *first;
  ccd_linger lingering[CCD_LINGER_MAX];
  int n_lingering;
  bool reaper_ends;
  pthread_t reaper;
};

/* ccd-listener-intake.c */
void *ccd_intake_uri_cb(void *data, const char *uri, struct MHD_Connection *mhd);
void ccd_intake_completed_cb(void *data,
                             struct MHD_Connection *mhd,
                             void **context,
                             enum MHD_RequestTerminationCode code);
enum MHD_Result ccd_intake_access_cb(void *data,
                                     struct MHD_Connection *mhd,
                                     const char *url,
                                     const char *method,
                                     const char *version,
                                     const char *upload,
                                     size_t *upload_size,
                                     void **context);
int
ccd_intake_answer_cb(const struct _u_request *request, struct _u_response *response, void *data);

/* ccd-listener-away.c: requests that the scheduler has. */

/* Suspend the connection and submit its request to the scheduler. @beginning: run .begin instead
 * of .handler. The connection always continues, with a reply. */
void ccd_away_send(ccd_connection *connection, bool beginning);

/* Free the parts of a reply that is not sent. */
void ccd_away_drop_reply(ccd_http_response *reply);

/* ccd-listener-head.c: sets malformed, too_large, content_length, socket_asked and address. */
void ccd_head_check(ccd_connection *connection,
                    const char *url,
                    const char *method,
                    const char *version,
                    const char *raw_url);

/* ccd-listener-reaper.c */
void ccd_reaper_notify_cb(void *data,
                          struct MHD_Connection *mhd,
                          void **socket_context,
                          enum MHD_ConnectionNotificationCode code);
bool ccd_reaper_start(ccd_listener *listener);
void ccd_reaper_stop(ccd_listener *listener);
void ccd_reaper_cut_sockets(ccd_listener *listener);

/* ccd-listener-socket.c: ccd_socket_upgrade answers a checked handshake with 101. When it
 * returns false, nothing was queued and
 * @response keeps its socket_data. ccd_socket_drop frees the socket of a handshake that was not
 * completed. */
bool ccd_socket_upgrade(ccd_connection *connection, ccd_http_response *response);
void ccd_socket_drop(struct ccd_socket *socket);
