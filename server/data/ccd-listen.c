/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-listen.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "common/base/cc-str.h"
#include "common/base/cc-time.h"

/* Receives notifications of PostgreSQL on a separate connection that reconnects by itself, with
 * asynchronous libpq. */

typedef enum listen_state {
  LISTEN_CLOSED = 0, /* no connection */
  LISTEN_CONNECTING, /* PQconnectPoll must be called again */
  LISTEN_ASKED,      /* LISTEN was sent, its result is awaited */
  LISTEN_READY,
} listen_state;

struct ccd_listen {
  const char *url, *channel;
  PGconn *conn;
  listen_state state;
  short wants; /* poll events that the connection needs */
};

cc_status
ccd_listen_open(const char *url, const char *channel, ccd_listen **ret, cc_error *reterr)
{
  ccd_listen *self = calloc(1, sizeof(*self));
  if (self == NULL)
    return cc_fail_memory(reterr);
  self->url = url;
  self->channel = channel;
  *ret = self;
  return CC_OK;
}

static void
disconnect_listen(ccd_listen *self)
{
  PQfinish(self->conn);
  self->conn = NULL;
  self->state = LISTEN_CLOSED;
}

void
ccd_listen_close(ccd_listen *self)
{
  if (self == NULL)
    return;
  disconnect_listen(self);
  free(self);
}

static void
send_listen(ccd_listen *self)
{
  cc_str sql = CC_STR_INIT(200);
  cc_str_printf(&sql, "LISTEN %s", self->channel);
  bool sent =
    !sql.failed && PQsetnonblocking(self->conn, 1) == 0 && PQsendQuery(self->conn, sql.text) == 1;
  cc_str_done(&sql);
  self->state = LISTEN_ASKED;
  self->wants = POLLIN;
  if (!sent)
    disconnect_listen(self);
}

static void
continue_connecting(ccd_listen *self)
{
  switch (PQconnectPoll(self->conn)) {
  case PGRES_POLLING_OK:
    send_listen(self);
    break;
  case PGRES_POLLING_READING:
    self->wants = POLLIN;
    break;
  case PGRES_POLLING_WRITING:
    self->wants = POLLOUT;
    break;
  case PGRES_POLLING_FAILED:
  case PGRES_POLLING_ACTIVE:
  default:
    disconnect_listen(self);
    break;
  }
}

static void
connect_start(ccd_listen *self)
{
  self->conn = PQconnectStart(self->url);
  self->wants = POLLOUT;
  self->state = LISTEN_CONNECTING;
  if (self->conn == NULL || PQstatus(self->conn) == CONNECTION_BAD)
    disconnect_listen(self);
}

/* Read and deliver arrived notifications. */
static void
deliver_notifications(ccd_listen *self, ccd_listen_cb *callback, void *data)
{
  if (PQconsumeInput(self->conn) == 0) {
    disconnect_listen(self);
    return;
  }
  (void) PQflush(self->conn);
  while (self->state == LISTEN_ASKED && PQisBusy(self->conn) == 0) {
    PGresult *result = PQgetResult(self->conn);
    if (result == NULL) {
      self->state = LISTEN_READY;
      break;
    }
    bool failed = PQresultStatus(result) != PGRES_COMMAND_OK;
    PQclear(result);
    if (failed) {
      disconnect_listen(self);
      return;
    }
  }
  for (PGnotify *note = PQnotifies(self->conn); note != NULL; note = PQnotifies(self->conn)) {
    callback(data, note->extra);
    PQfreemem(note);
  }
}

bool
ccd_listen_wait(ccd_listen *self, int timeout_ms, int wake_fd, ccd_listen_cb *callback, void *data)
{
  if (self->state == LISTEN_CLOSED)
    connect_start(self);
  struct pollfd fds[] = {
    {.fd = wake_fd, .events = POLLIN},
    {.fd = self->state == LISTEN_CLOSED ? -1 : PQsocket(self->conn), .events = self->wants},
  };
  int ready = poll(fds, 2, timeout_ms);
  if (ready <= 0 || fds[1].revents == 0)
    return self->state == LISTEN_READY;
  if (self->state == LISTEN_CONNECTING)
    continue_connecting(self);
  else
    deliver_notifications(self, callback, data);
  return self->state == LISTEN_READY;
}
