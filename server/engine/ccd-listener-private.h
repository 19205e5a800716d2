/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <ulfius.h>

#include "server/engine/ccd-listener.h"
#include "server/engine/ccd-networks.h"

/* What the parts of the listener share; nothing outside ccd-listener-*.c includes it.
 *
 * Threads: MHD calls everything of one connection from one thread at a time. While a request is
 * away (submitted to the scheduler), its connection is suspended, and the thread that answers the
 * request has all of it. Only `deadline`, `seen`, `receiving` and `sending` are read by another one
 * (the reaper), and the list's links and `fd` by the holder of the listener's lock. */

/* MHD 1.0 has a parser of its own: blanks around values, strictness. */
#define CCD_MHD_1 (MHD_VERSION >= 0x01000000)

#define CCD_CONNECTION_MEMORY (32 * 1024) /* head of a request; more is 414 or 431 */
#define CCD_HEADERS_IN_MAX 100
#define CCD_NO_LENGTH UINT64_MAX

typedef struct ccd_connection {
  struct ccd_connection *prev, *next; /* listener->first, under its lock */
  ccd_listener *listener;
  int fd;
  bool linger;              /* refused early: what the client still sends is thrown away */
  bool cut;                 /* closed without an answer: no use to linger */
  atomic_bool upgraded;     /* a WebSocket: the caller bounds it, not the reaper */
  _Atomic int64_t deadline; /* cc_time_monotonic after which the reaper cuts it */
  _Atomic int64_t seen;     /* cc_time_monotonic when something of it was taken last */
  bool warned;              /* its deadline had passed at the reaper's last look; under the lock */
  atomic_bool receiving;    /* a body has begun to come */
  atomic_bool sending;      /* an answer is under way: what is unread now is not waited for */
  struct in6_addr peer;     /* of IPv4 as ::ffff:a.b.c.d */
  char address[INET6_ADDRSTRLEN]; /* the peer's, or what the trusted proxy said, of this request */
  /* The request at hand. */
  struct MHD_Connection *mhd;
  const char *base; /* where the first request began in MHD's buffer */
  ccd_http_request request;
  uint64_t content_length; /* CCD_NO_LENGTH: no such header */
  uint64_t received;       /* bytes of body, thrown away ones included */
  size_t capacity;         /* of request.body */
  char *body;
  void *begun_by;   /* what .begin left, until the handler has it */
  bool streamed;    /* the body goes to .write */
  uint64_t refused; /* bytes that .write did not take */
  bool chunked;
  bool begun;  /* the head was seen; counted in listener->in_flight */
  bool lasted; /* what came before was so long that the next request may have been unread */
  ccd_http_place place;
  ccd_work work;           /* submitted while the connection is suspended */
  bool back;               /* the work is done, and MHD was told to resume */
  bool left;               /* the client was gone before its turn came */
  bool beginning;          /* the work is .begin, not .handler */
  ccd_http_begin verdict;  /* of .begin */
  ccd_http_response reply; /* of the work */
  bool socket_asked;
  struct ccd_socket *socket; /* made, not yet taken over by the loop */
} ccd_connection;

/* cc_time_monotonic() when the calling thread last took all that was ready on its connections:
 * what it finds now has not been unread for longer, unless a request before it held it up. */
int64_t ccd_listener_caught_up(void);

/* A closed connection whose client may still be sending: our duplicate of its descriptor keeps the
 * kernel from answering with a reset that would wipe out the reply on its way. */
#define CCD_LINGER_MAX 128

typedef struct ccd_linger {
  int fd;
  int64_t deadline;
} ccd_linger;

struct ccd_listener {
  ccd_listener_options options;
  struct _u_instance instance;
  MHD_AccessHandlerCallback dispatcher; /* ulfius's own, caught in MHD_start_daemon */
  ccd_networks trusted;
  struct sockaddr_storage bound; /* where it listens */
  bool started;
  int listen_fd; /* after quiesce; -1 before */
  atomic_bool quiet;
  atomic_bool stopping;
  atomic_int in_flight, sockets, connections;
  struct ccd_loop *loop; /* of the sockets; made under the lock, then it stays */
  atomic_int away; /* works that were submitted and are not back; MHD must not be stopped then */

  pthread_mutex_t lock; /* of all below */
  pthread_cond_t wake;  /* the reaper has something to do */
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

/* ccd-listener-away.c: requests on their way through the scheduler. */

/* Suspend the connection and submit its request; @beginning: .begin is to be run, else .handler.
 * The connection comes back with an answer in any case. */
void ccd_away_send(ccd_connection *connection, bool beginning);

/* Free what an answer holds that is not sent. */
void ccd_away_drop_reply(ccd_http_response *reply);

/* ccd-listener-head.c: fill malformed, too_large, content_length, socket_asked and address. */
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

/* ccd-listener-socket.c: answer a checked handshake with 101. On false nothing was queued and
 * @response keeps its socket_data. ccd_socket_drop: of one whose handshake did not come to its end.
 */
bool ccd_socket_upgrade(ccd_connection *connection, ccd_http_response *response);
void ccd_socket_drop(struct ccd_socket *socket);
