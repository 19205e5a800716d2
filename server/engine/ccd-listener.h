/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-scheduler.h"

/* What stands between sockets and the dispatcher. Only the files ccd-listener*.c see ulfius and
 * libmicrohttpd (and ccd-versions.c, which asks for their versions); they make up for what the two
 * libraries do not do (see docs/internals/listener.md). */

typedef struct ccd_listener ccd_listener;

/* A request as the dispatcher sees it. Valid until the handler returned. */
typedef struct ccd_http_request {
  const char *method; /* as sent: "GET" */
  const char *path;   /* raw, still percent-encoded, without the query */
  const char *query;  /* raw query without '?'; NULL: none */
  const char *body;   /* NULL when there is none */
  size_t body_length;
  const char *address;    /* the client's address as text */
  int64_t content_length; /* as announced; -1: not, or the body comes in chunks */
  void *begun;            /* what .place or .begin left for .handler; NULL: nothing */
  bool too_large;         /* the body was larger than max_body and was thrown away */
  const char
    *malformed;     /* why the request must be refused with 400 and a close; NULL: it is fine */
  int64_t started;  /* cc_time_monotonic when the head had arrived at this machine */
  int64_t waited;   /* microseconds that it waited for us since: unread, then for a thread */
  void *connection; /* the listener's own */
} ccd_http_request;

/* Bytes per second that a streamed body or a file must make on average; slower clients are cut. */
#define CCD_STREAM_RATE_MIN (4 * 1024)

#define CCD_HTTP_HEADERS_MAX 32

typedef struct ccd_http_header_line {
  const char *name;
  const char *value;
} ccd_http_header_line;

/* Who sends over a WebSocket (ccd-listener-socket.h). The calls come from the thread that serves
 * the listener's sockets, one at a time and without a lock held; they must not wait for anything.
 */
typedef struct ccd_socket ccd_socket;

typedef struct ccd_socket_owner {
  void (*open)(ccd_socket *socket, void *data); /* the handshake is over */
  void (*empty)(void *data);                    /* as ccd_socket_ask_empty promised */
  void (*closed)(void *data); /* the last call, also of a handshake that failed; frees @data */
} ccd_socket_owner;

/* The answer. Header texts must live until the listener calls .done. */
typedef struct ccd_http_response {
  int status;
  bool close; /* end the connection after this answer */
  char *body; /* malloc'ed (cc_str_take): the listener frees it; NULL: none */
  size_t body_length;
  bool file; /* the body is these bytes of an open file, which the listener closes */
  int file_fd;
  uint64_t file_offset, file_length;
  ccd_http_header_line headers[CCD_HTTP_HEADERS_MAX];
  int n_headers;
  const ccd_socket_owner *socket; /* not NULL: upgrade to a WebSocket of this owner */
  void *socket_data;              /* of the owner, whose .closed frees it in any case */
  const char *socket_note; /* CCD_CLOSE_TOO_SLOW before a frame was sent; valid until .done */
  void (*done)(
    void *done_data); /* not NULL: called once when the listener has copied the headers */
  void *done_data;
} ccd_http_response;

typedef void
ccd_http_handler(void *data, const ccd_http_request *request, ccd_http_response *response);

/* Before a request's body is read: who wants it? */
typedef enum ccd_http_begin {
  CCD_HTTP_BUFFER = 0, /* the listener, in memory, up to max_body; then .handler or .drop */
  CCD_HTTP_ANSWERED,   /* nobody: the response says why */
  CCD_HTTP_STREAM,     /* .write, piece by piece; then .handler or .drop */
} ccd_http_begin;

/* Where a request is answered. */
typedef struct ccd_http_place {
  ccd_class class; /* CCD_CLASS_NONE: at once by the thread that read it, where nothing may wait */
  uint64_t key;    /* whose request it is: see ccd-scheduler.h */
  bool stream;     /* .begin runs in that class, too, before the body is read */
} ccd_http_place;

/* One of several requests that are answered together. */
typedef struct ccd_http_job {
  const ccd_http_request *request;
  ccd_http_response *response;
  void *connection; /* the listener's own */
} ccd_http_job;

typedef void ccd_http_done(ccd_http_job *job);

typedef struct ccd_listener_options {
  const char *name;         /* for the log: "api", "slow", "internal" */
  const char *bind_address; /* IPv4, such as "127.0.0.1" or "0.0.0.0" */
  int port;
  int threads; /* that only read requests and send answers; at least 1 */
  int connection_limit;
  int per_address_limit;     /* 0: none (behind a proxy) */
  int idle_timeout_s;        /* no activity */
  int request_timeout_s;     /* head and body must have arrived by then: the reaper cuts the rest */
  size_t max_body;           /* bytes; more is answered with too_large */
  const char *trusted_proxy; /* peers whose forwarded_header is believed: see ccd-networks.h */
  const char *forwarded_header; /* lower-case, such as "x-real-ip": holds one address */
  ccd_scheduler *scheduler;     /* outlives the listener */

  /* Called on the reading thread when the head of a good request has come (@body: one
   * follows); waits for nothing. What it leaves in *ret_begun, .begin, .handler, .refuse or .drop
   * takes over. */
  ccd_http_place (*place)(void *data, const ccd_http_request *request, bool body, void **ret_begun);
  ccd_http_handler *handler; /* on a thread of the request's class; malformed ones at once */
  /* Instead of .handler in classes with batches; calls @done for each job as soon as it has its
   * response. NULL: there are none. */
  void (*many)(void *data, ccd_http_job *jobs, size_t n, ccd_http_done *done);
  ccd_http_handler *refuse; /* instead of .handler: too much waits, or for too long */
  void *data;

  /* Before a body; NULL: every body is buffered. Not called for a request without a body. What it
   * leaves in *ret_begun, .handler or .drop takes over. */
  ccd_http_begin (*begin)(void *data,
                          const ccd_http_request *request,
                          ccd_http_response *response,
                          void **ret_begun);
  bool (*write)(void *begun, const char *bytes, size_t n); /* false: refused, also what follows */
  void (*drop)(void *begun);                               /* the client went away; frees it */
} ccd_listener_options;

cc_status ccd_listener_start(const ccd_listener_options *options,
                             ccd_listener **ret,
                             cc_error *reterr) CC_MUSTCHECK;

/* Take no new connections; answers now carry Connection: close. */
void ccd_listener_quiesce(ccd_listener *listener);

int ccd_listener_connections(const ccd_listener *listener);

/* Ask every WebSocket to end, wait for requests in flight until @deadline (cc_time_monotonic), then
 * stop. */
void ccd_listener_stop(ccd_listener *listener, int64_t deadline);

/* After the scheduler's end: until then a thread may ask for the number of its connections. NULL is
 * fine. */
void ccd_listener_free(ccd_listener *listener);
