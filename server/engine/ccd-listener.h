/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/codec/cc-codec.h"
#include "server/engine/ccd-scheduler.h"

/* The HTTP listener between sockets and dispatcher. Only the files ccd-listener*.c use ulfius
 * and libmicrohttpd (and ccd-versions.c, which reads their versions); they add what the two
 * libraries lack (see docs/internals/listener.md). */

typedef struct ccd_listener ccd_listener;

/* A request as passed to the dispatcher. Valid until the handler has returned. */
typedef struct ccd_http_request {
  const char *method; /* as received: "GET" */
  const char *path;   /* still percent-encoded, without the query */
  const char *query;  /* query string without '?', not decoded; NULL: none */
  const char *body;   /* NULL when there is none */
  size_t body_length;
  const char *address;    /* the client's address as text */
  int64_t content_length; /* as announced; -1: not announced, or the body is chunked */
  void *begun;            /* left by .place or .begin for .handler; NULL: nothing */
  bool too_large;         /* the body was larger than max_body and was discarded */
  const char *malformed; /* the reason for refusing the request with 400 and closing the connection;
                            NULL: valid */
  int64_t started;       /* time of cc_time_monotonic at which the head arrived at this machine */
  int64_t waited;   /* microseconds since then in which the request waited for the server: first
                       unread, then in a queue */
  void *connection; /* private to the listener */
} ccd_http_request;

/* Minimal average rate of a streamed body or file in bytes per second; slower clients are
 * disconnected. */
#define CCD_STREAM_RATE_MIN (4 * 1024)

#define CCD_HTTP_HEADERS_MAX 32

typedef struct ccd_http_header_line {
  const char *name;
  const char *value;
} ccd_http_header_line;

/* The callbacks of a WebSocket's owner (ccd-listener-socket.h). The thread that serves the
 * listener's sockets calls them, one at a time and without a lock; they must not block. */
typedef struct ccd_socket ccd_socket;

typedef struct ccd_socket_owner {
  void (*open)(ccd_socket *socket, void *data); /* the handshake is complete */
  void (*empty)(void *data);                    /* called as announced by ccd_socket_ask_empty */
  void (*closed)(void *data); /* the last call, also after a failed handshake; must free @data */
} ccd_socket_owner;

/* The response. Header texts must stay valid until the listener calls .done. */
typedef struct ccd_http_response {
  int status;
  bool close; /* close the connection after this response */
  char *body; /* malloc'ed (cc_str_take), freed by the listener; NULL: none */
  size_t body_length;
  bool file; /* the body is part of an open file, which the listener closes */
  int file_fd;
  uint64_t file_offset, file_length;
  ccd_http_header_line headers[CCD_HTTP_HEADERS_MAX];
  int n_headers;
  const ccd_socket_owner *socket; /* not NULL: upgrade to a WebSocket with this owner */
  void *socket_data;              /* passed to the owner, whose .closed frees it in any case */
  /* reason for CCD_CLOSE_TOO_SLOW before a frame was sent; valid until .done */
  const char *socket_note;
  void (*done)(
    void *done_data); /* not NULL: called once, when the listener has copied the headers */
  void *done_data;
} ccd_http_response;

typedef void
ccd_http_handler(void *data, const ccd_http_request *request, ccd_http_response *response);

/* Decision about a request's body, made before the body is read. */
typedef enum ccd_http_begin {
  CCD_HTTP_BUFFER =
    0, /* the listener buffers the body, up to max_body; then .handler or .drop is called */
  CCD_HTTP_ANSWERED, /* the body is not read: the response is complete */
  CCD_HTTP_STREAM,   /* .write gets each piece; then .handler or .drop is called */
} ccd_http_begin;

/* Where a request is handled: a class of threads, and a queue in it. */
typedef struct ccd_http_place {
  ccd_class class; /* CCD_CLASS_NONE: at once on the reading thread; the handler must not block then
                    */
  uint64_t key;    /* queue key of the request: see ccd-scheduler.h */
  bool stream;     /* .begin also runs in that class, before the body is read */
} ccd_http_place;

/* One of several requests that are handled together. */
typedef struct ccd_http_job {
  const ccd_http_request *request;
  ccd_http_response *response;
  void *connection; /* private to the listener */
} ccd_http_job;

typedef void ccd_http_done(ccd_http_job *job);

typedef struct ccd_listener_options {
  const char *name;         /* used in the log: "api", "slow", "internal" */
  const char *bind_address; /* such as "127.0.0.1", "0.0.0.0" or "::" */
  int port;
  int threads; /* threads that read requests and send replies; at least 1 */
  int connection_limit;
  int per_address_limit; /* connections per address; 0: no limit (behind a proxy) */
  int idle_timeout_s;    /* no activity */
  int request_timeout_s; /* time for head and body to arrive; later the reaper closes the connection
                          */
  size_t max_body;       /* bytes; a larger body sets too_large */
  const char *trusted_proxy;    /* peers whose forwarded_header is used: see ccd-networks.h */
  const char *forwarded_header; /* lower-case, such as "x-real-ip": contains one address */
  ccd_scheduler *scheduler;     /* must outlive the listener */

  /* Called on the reading thread with the head of a valid request (@body: a body follows). Must
   * not block. The pointer left in *ret_begun is passed to .begin, .handler, .refuse or .drop. */
  ccd_http_place (*place)(void *data, const ccd_http_request *request, bool body, void **ret_begun);
  ccd_http_handler *handler; /* called on a thread of the request's class; for malformed requests on
                                the reading thread */
  /* Called instead of .handler in classes with batches; calls @done for each job as soon as it
   * has its response. NULL: no class has batches. */
  void (*many)(void *data, ccd_http_job *jobs, size_t n, ccd_http_done *done);
  ccd_http_handler *refuse; /* called instead of .handler when too many requests wait, or this one
                               has waited too long */
  void *data;

  /* Called before a body is read; NULL: every body is buffered. Not called for requests without
   * a body. The pointer left in *ret_begun is passed to .handler or .drop. */
  ccd_http_begin (*begin)(void *data,
                          const ccd_http_request *request,
                          ccd_http_response *response,
                          void **ret_begun);
  bool (*write)(void *begun,
                const char *bytes,
                size_t n);   /* false: these bytes and all later ones are refused */
  void (*drop)(void *begun); /* called when the client disconnected; must free @begun */
} ccd_listener_options;

cc_status ccd_listener_start(const ccd_listener_options *options,
                             ccd_listener **ret,
                             cc_error *reterr) CC_MUSTCHECK;

/* Accept no new connections; replies get the header Connection: close from now on. */
void ccd_listener_quiesce(ccd_listener *listener);

int ccd_listener_connections(const ccd_listener *listener);

/* Ask every WebSocket to close, wait for running requests until @deadline (cc_time_monotonic),
 * then stop. */
void ccd_listener_stop(ccd_listener *listener, int64_t deadline);

/* Free the listener. Call after the scheduler has ended, because its threads may read the number
 * of connections until then. NULL is allowed. */
void ccd_listener_free(ccd_listener *listener);
