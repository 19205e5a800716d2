/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/cc-time.h"
#include "server/engine/ccd-listener-private.h"

/* A request between the thread that read it and the thread that answers it. Meanwhile its
 * connection is suspended, and MHD ignores its socket and timeout. Then the connection is
 * resumed, and MHD calls the access handler again, which sees connection->back. */

/* A request that has waited this long in a queue is checked: has its client closed the
 * connection? */
#define LOOK_AFTER (50 * 1000)

/* Has the client closed the connection? A client that closed only its sending direction looks
 * the same; but MHD would close that connection without a reply anyway when it is resumed. */
static bool
has_left(const ccd_connection *connection)
{
  struct pollfd item = {.fd = connection->fd, .events = POLLRDHUP};
  return poll(&item, 1, 0) > 0 && (item.revents & (POLLERR | POLLHUP | POLLRDHUP)) != 0;
}

static void
answer_refused(ccd_connection *connection)
{
  const ccd_listener_options *options = &connection->listener->options;
  connection->request.begun = connection->begun_by;
  connection->begun_by = NULL;
  options->refuse(options->data, &connection->request, &connection->reply);
  connection->verdict = CCD_HTTP_ANSWERED;
}

static void
answer_in_turn(ccd_connection *connection)
{
  const ccd_listener_options *options = &connection->listener->options;
  ccd_http_request *request = &connection->request;
  int64_t waited = cc_time_monotonic() - connection->work.since;
  request->waited += waited;
  connection->left = waited > LOOK_AFTER && has_left(connection);
  if (connection->left)
    return;
  request->begun = connection->begun_by; /* owned by the handler from now on */
  connection->begun_by = NULL;
  if (connection->beginning)
    connection->verdict =
      options->begin(options->data, request, &connection->reply, &connection->begun_by);
  else
    options->handler(options->data, request, &connection->reply);
}

static ccd_connection *
connection_of(ccd_work *work)
{
  return (ccd_connection *) (void *) ((char *) work - offsetof(ccd_connection, work));
}

static void
give_back(ccd_connection *connection)
{
  ccd_listener *listener = connection->listener;
  connection->back = true;
  MHD_resume_connection(
    connection->mhd); /* from here on the connection belongs to MHD or has been freed */
  (void) atomic_fetch_sub(&listener->away, 1);
}

static void
work_cb(ccd_work *work, bool refused)
{
  ccd_connection *connection = connection_of(work);
  if (refused)
    answer_refused(connection);
  else
    answer_in_turn(connection);
  give_back(connection);
}

static void
done_cb(ccd_http_job *job)
{
  give_back(job->connection);
}

/* Run several requests together. The listeners of a scheduler whose classes have batches must
 * share .many and .data. */
static void
works_cb(ccd_work *const *works, size_t n)
{
  const ccd_listener_options *options = &connection_of(works[0])->listener->options;
  ccd_http_job jobs[CCD_BATCH_MAX];
  int64_t now = cc_time_monotonic();
  for (size_t i = 0; i < n; i++) {
    ccd_connection *connection = connection_of(works[i]);
    connection->request.waited += now - connection->work.since;
    connection->request.begun = connection->begun_by;
    connection->begun_by = NULL;
    jobs[i] = (ccd_http_job){&connection->request, &connection->reply, connection};
  }
  options->many(options->data, jobs, n, done_cb);
}

void
ccd_away_send(ccd_connection *connection, bool beginning)
{
  ccd_listener *listener = connection->listener;
  connection->reply = (ccd_http_response){0};
  connection->beginning = beginning;
  connection->left = false;
  connection->work.run = work_cb;
  connection->work.run_many = works_cb;
  /* Suspend before submitting, because the work may be done before submit returns. */
  MHD_suspend_connection(connection->mhd);
  (void) atomic_fetch_add(&listener->away, 1);
  if (!ccd_scheduler_submit(listener->options.scheduler,
                            connection->place.class,
                            connection->place.key,
                            &connection->work))
    work_cb(&connection->work, /* refused= */ true);
}

void
ccd_away_drop_reply(ccd_http_response *reply)
{
  if (reply->file)
    (void) close(reply->file_fd);
  free(reply->body);
  if (reply->socket != NULL)
    reply->socket->closed(reply->socket_data);
  if (reply->done != NULL)
    reply->done(reply->done_data);
  *reply = (ccd_http_response){0};
}
