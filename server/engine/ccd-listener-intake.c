/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/cc-time.h"
#include "common/base/cc-utf8.h"
#include "server/engine/ccd-listener-head.h"
#include "server/engine/ccd-listener-private.h"

/* Receives requests through MHD's callbacks, and hands them to the handler. The callbacks of a
 * request are: URI line, head (first access call), body (one call for each piece), end (last
 * access call), completed. When another thread works on the request or on the beginning of its
 * body, MHD repeats the same call afterwards. */

/* Number of bytes beyond max_body that are read and discarded before the connection is closed.
 * They are read because the size of a chunked body is known only at its end, and MHD accepts a
 * reply only before or after a body. */
#define OVERRUN_MAX (UINT64_C(32) * 1024 * 1024)

/* A client may take this many times the request timeout to receive its reply. */
#define SEND_FACTOR 10

/* The response that ulfius sends on this thread. */
static _Thread_local ccd_http_response *served;

static ccd_connection *
connection_of(struct MHD_Connection *mhd)
{
  const union MHD_ConnectionInfo *info =
    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info != NULL ? info->socket_context : NULL;
}

static int64_t
deadline_after(const ccd_connection *connection, int n)
{
  return cc_time_monotonic() +
         (int64_t) n * connection->listener->options.request_timeout_s * CC_TIME_SECOND;
}

/* Called with the request line, before the headers have arrived. */
void *
ccd_intake_uri_cb(void *data, const char *uri, struct MHD_Connection *mhd)
{
  ccd_listener *listener = data;
  ccd_connection *connection = connection_of(mhd);
  if (connection == NULL)
    return NULL;
  int64_t deadline = deadline_after(connection, 1), before = atomic_load(&connection->deadline);
  /* Set the new deadline unless the reaper has already closed the connection. If the old
   * deadline has passed, the request line had arrived in time but was not read yet (see
   * has_unread() of the reaper). */
  if (deadline < before || before <= cc_time_monotonic())
    atomic_store(&connection->deadline, deadline);
  struct connection_info_struct *info = ulfius_uri_logger(NULL, uri);
  if (info != NULL) {
    /* In its first pass ulfius copies all headers into maps that the server does not use: skip
     * that pass. */
    info->callback_first_iteration = 0;
    info->u_instance = &listener->instance;
  }
  return info;
}

/* Ages of received bytes below this limit are ignored: the kernel measures an age in ticks (4 ms
 * at HZ=250), which is too inexact. A higher age is time that the request has waited for this
 * server. */
#define UNREAD_MIN (10 * 1000)

static int64_t
unread_time(const ccd_connection *connection, int64_t now)
{
  /* Most requests cannot have been unread for that long; for these the kernel is not asked. */
  if (!connection->maybe_unread && now - ccd_listener_caught_up() < UNREAD_MIN)
    return 0;
  struct tcp_info info = {0};
  socklen_t length = sizeof(info);
  if (getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
    return 0;
  int64_t ago = (int64_t) info.tcpi_last_data_recv * 1000;
  return ago >= UNREAD_MIN ? ago : 0;
}

static void
begin_request(ccd_connection *connection,
              const struct _u_request *ulfius,
              const char *url,
              const char *method,
              const char *version)
{
  const char *query = strchr(ulfius->http_url, '?');
  int64_t now = cc_time_monotonic();
  int64_t unread = unread_time(connection, now);
  connection->begun = true;
  connection->socket_asked = false;
  connection->content_length = CCD_NO_LENGTH;
  connection->received = 0;
  connection->refused = 0;
  connection->chunked = false;
  connection->streamed = false;
  connection->back = false;
  connection->place = (ccd_http_place){.class = CCD_CLASS_NONE};
  connection->request = (ccd_http_request){.method = method,
                                           .path = ulfius->url_path,
                                           .query = query != NULL ? query + 1 : NULL,
                                           .address = connection->address,
                                           .content_length = -1,
                                           .started = now - unread,
                                           .waited = unread,
                                           .connection = connection};
  (void) atomic_fetch_add(&connection->listener->in_flight, 1);
  ccd_head_check(connection, url, method, version, ulfius->http_url);
}

static void
drop_begun(ccd_connection *connection)
{
  if (connection->begun_by != NULL)
    connection->listener->options.drop(connection->begun_by);
  connection->begun_by = NULL;
}

static void
end_request(ccd_connection *connection)
{
  if (!connection->begun)
    return;
  connection->begun = false;
  (void) atomic_fetch_sub(&connection->listener->in_flight, 1);
}

/* A client must reach CCD_STREAM_RATE_MIN on average. A client that was faster before may use
 * this much time as credit. */
#define STREAM_CREDIT (60 * CC_TIME_SECOND)

/* Pass bytes of a body to .write. False: close the connection. */
static bool
take_stream(ccd_connection *connection, const char *bytes, size_t n)
{
  const ccd_listener_options *options = &connection->listener->options;
  int64_t deadline = atomic_load(&connection->deadline);
  int64_t most = cc_time_monotonic() + STREAM_CREDIT;
  if (deadline != INT64_MAX) { /* the reaper has not closed the connection */
    deadline += (int64_t) n * CC_TIME_SECOND / CCD_STREAM_RATE_MIN;
    atomic_store(&connection->deadline, deadline < most ? deadline : most);
  }
  connection->received += n;
  if (options->write(connection->begun_by, bytes, n))
    return true;
  connection->refused += n;
  connection->cut = connection->refused > OVERRUN_MAX;
  return !connection->cut;
}

/* Append bytes to the buffered body, up to max_body. False: close the connection. */
static bool
take_body(ccd_connection *connection, const char *bytes, size_t n)
{
  atomic_store(&connection->seen, cc_time_monotonic());
  atomic_store(&connection->receiving, true);
  if (connection->streamed)
    return take_stream(connection, bytes, n);
  ccd_http_request *request = &connection->request;
  size_t max = connection->listener->options.max_body;
  connection->received += n;
  if (connection->received > max) {
    request->too_large = true;
    request->body_length = 0;
    free(connection->body);
    connection->body = NULL;
    connection->cut = connection->received > max + OVERRUN_MAX;
    return !connection->cut;
  }
  size_t need = request->body_length + n +
                1; /* one more byte for a NUL, so that text functions can read the body */
  if (connection->body == NULL || need > connection->capacity) {
    size_t capacity = connection->body == NULL ? 1024 : connection->capacity * 2;
    /* Do not allocate the whole announced length: a client that announces much and sends nothing
     * would occupy memory. */
    if (capacity < need)
      capacity = need;
    char *grown = realloc(connection->body, capacity);
    if (grown == NULL)
      return false;
    connection->body = grown;
    connection->capacity = capacity;
  }
  memcpy(connection->body + request->body_length, bytes, n);
  request->body_length += n;
  connection->body[request->body_length] = '\0';
  return true;
}

/* The endpoint function of ulfius: copies the prepared response. */
int
ccd_intake_answer_cb(const struct _u_request *request, struct _u_response *response, void *data)
{
  ccd_http_response *answer = served;
  response->status = answer->status;
  for (int i = 0; i < answer->n_headers; i++)
    if (u_map_put(response->map_header, answer->headers[i].name, answer->headers[i].value) != U_OK)
      return U_CALLBACK_ERROR;
  if (answer->close && u_map_put(response->map_header, "Connection", "close") != U_OK)
    return U_CALLBACK_ERROR;
  response->binary_body = answer->body;
  response->binary_body_length = answer->body_length;
  answer->body = NULL;
  return U_CALLBACK_COMPLETE;
}

static void
answer_no_upgrade(ccd_http_response *answer)
{
  static const char text[] =
    "{\"type\":\"malformed\",\"title\":\"Malformed request\",\"status\":426,"
    "\"detail\":\"This address speaks WebSocket (RFC 6455, version 13) only.\"}";
  answer->socket->closed(answer->socket_data);
  free(answer->body);
  *answer = (ccd_http_response){.status = 426,
                                .close = true,
                                .body = strdup(text),
                                .body_length = sizeof(text) - 1,
                                .headers = {{"Content-Type", "application/problem+json"},
                                            {"Upgrade", "websocket"},
                                            {"Sec-WebSocket-Version", "13"}},
                                .n_headers = 3};
  if (answer->body == NULL)
    answer->body_length = 0;
}

static enum MHD_Result
answer_by_ulfius(ccd_connection *connection, ccd_http_response *reply, void **context)
{
  ccd_listener *listener = connection->listener;
  size_t nothing = 0;
  served = reply;
  enum MHD_Result result = listener->dispatcher(&listener->instance,
                                                connection->mhd,
                                                connection->request.path,
                                                connection->request.method,
                                                /* version= */ "HTTP/1.1",
                                                /* upload= */ NULL,
                                                &nothing,
                                                context);
  served = NULL;
  free(reply->body); /* ulfius has not taken the body, because it ran out of memory */
  return result;
}

/* Give a file to MHD directly, which uses sendfile(): ulfius supports only bodies in memory and
 * callbacks. */
static enum MHD_Result
answer_by_file(ccd_connection *connection, const ccd_http_response *reply)
{
  struct MHD_Response *response =
    reply->file_length == 0
      ? MHD_create_response_from_buffer(0, (void *) "", MHD_RESPMEM_PERSISTENT)
      : MHD_create_response_from_fd_at_offset64(reply->file_length,
                                                reply->file_fd,
                                                reply->file_offset);
  if (reply->file_length == 0 || response == NULL)
    (void) close(reply->file_fd);
  if (response == NULL)
    return MHD_NO;
  enum MHD_Result result = MHD_YES;
  for (int i = 0; result == MHD_YES && i < reply->n_headers; i++)
    result = MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
  if (result == MHD_YES && reply->close)
    result = MHD_add_response_header(response, "Connection", "close");
  if (result == MHD_YES)
    result = MHD_queue_response(connection->mhd, (unsigned int) reply->status, response);
  MHD_destroy_response(response);
  /* Extend the deadline for a large file by the time that its size needs. */
  if (reply->file_length > 0)
    (void) atomic_fetch_add(&connection->deadline,
                            (int64_t) (reply->file_length / CCD_STREAM_RATE_MIN) * CC_TIME_SECOND);
  return result;
}

static enum MHD_Result
answer_by_socket(ccd_connection *connection, ccd_http_response *reply, void **context)
{
  if (!connection->socket_asked || reply->close) {
    answer_no_upgrade(reply);
    return answer_by_ulfius(connection, reply, context);
  }
  if (ccd_socket_upgrade(connection, reply)) {
    end_request(connection); /* from now on the connection counts as a socket */
    return MHD_YES;
  }
  reply->socket->closed(reply->socket_data);
  free(reply->body);
  return MHD_NO;
}

static enum MHD_Result
send_reply(ccd_connection *connection, ccd_http_response *given, void **context)
{
  ccd_listener *listener = connection->listener;
  ccd_http_request *request = &connection->request;
  ccd_http_response reply = *given;
  *given = (ccd_http_response){0};
  if (request->malformed != NULL || request->too_large || atomic_load(&listener->quiet))
    reply.close = true;
  void (*done)(void *done_data) = reply.done;
  void *done_data = reply.done_data;
  atomic_store(&connection->deadline, deadline_after(connection, SEND_FACTOR));
  atomic_store(&connection->sending, true);
  enum MHD_Result result = reply.socket != NULL ? answer_by_socket(connection, &reply, context)
                           : reply.file         ? answer_by_file(connection, &reply)
                                                : answer_by_ulfius(connection, &reply, context);
  if (done != NULL)
    done(done_data);
  return result;
}

/* Answer a request that is complete, or complete enough to be refused. */
static enum MHD_Result
answer_request(ccd_connection *connection, void **context)
{
  ccd_listener *listener = connection->listener;
  ccd_http_request *request = &connection->request;
  atomic_store(&connection->deadline, INT64_MAX); /* from now on the handler's own limits apply */
  atomic_store(&connection->receiving, false);
  bool bad = request->too_large || request->malformed != NULL;
  if (bad)
    request->body_length = 0;
  request->body = request->body_length > 0 ? connection->body : NULL;
  if (!bad && connection->place.class != CCD_CLASS_NONE) {
    ccd_away_send(connection, /* beginning= */ false);
    return MHD_YES;
  }
  request->begun = connection->begun_by; /* owned by the handler from now on */
  connection->begun_by = NULL;
  ccd_http_response reply = {0};
  listener->options.handler(listener->options.data, request, &reply);
  return send_reply(connection, &reply, context);
}

/* Act on the decision of .begin about the body. */
static enum MHD_Result
follow_verdict(ccd_connection *connection,
               ccd_http_begin verdict,
               ccd_http_response *reply,
               void **context)
{
  switch (verdict) {
  case CCD_HTTP_ANSWERED:
    /* The request is answered before its body was read: MHD then reads nothing more from this
     * connection. */
    connection->linger = reply->close = true;
    return send_reply(connection, reply, context);
  case CCD_HTTP_STREAM:
    connection->streamed = true;
    atomic_store(&connection->receiving, true);
    connection->request.too_large = false;
    atomic_store(&connection->deadline, deadline_after(connection, 1));
    return MHD_YES;
  case CCD_HTTP_BUFFER:
  default:
    return MHD_YES;
  }
}

/* Called when the head of a valid request has arrived: determines where the request is handled.
 * True: *ret is the result for MHD. */
static bool
place_request(ccd_connection *connection, void **context, enum MHD_Result *ret)
{
  const ccd_listener_options *options = &connection->listener->options;
  ccd_http_request *request = &connection->request;
  bool comes = connection->chunked || request->content_length > 0;
  connection->place = options->place(options->data, request, comes, &connection->begun_by);
  if (!comes || options->begin == NULL)
    return false;
  if (connection->place.stream) {
    atomic_store(&connection->deadline, INT64_MAX);
    ccd_away_send(connection, /* beginning= */ true);
    *ret = MHD_YES;
    return true;
  }
  ccd_http_response reply = {0};
  request->begun = connection->begun_by;
  ccd_http_begin verdict = options->begin(options->data, request, &reply, &connection->begun_by);
  *ret = follow_verdict(connection, verdict, &reply, context);
  return verdict != CCD_HTTP_BUFFER;
}

static enum MHD_Result
take_head(ccd_connection *connection, void **context)
{
  enum MHD_Result result = MHD_NO;
  if (connection->request.malformed == NULL && place_request(connection, context, &result))
    return result;
  if (connection->request.malformed == NULL && !connection->request.too_large)
    return MHD_YES;
  /* The request is answered before its body was read: MHD then reads nothing more from this
   * connection. */
  connection->linger = true;
  return answer_request(connection, context);
}

/* Continue a connection that was suspended. */
static enum MHD_Result
take_back(ccd_connection *connection, void **context)
{
  connection->back = false;
  if (connection->left) {
    connection->cut = true;
    return MHD_NO;
  }
  return connection->beginning
           ? follow_verdict(connection, connection->verdict, &connection->reply, context)
           : send_reply(connection, &connection->reply, context);
}

enum MHD_Result
ccd_intake_access_cb(void *data,
                     struct MHD_Connection *mhd,
                     const char *url,
                     const char *method,
                     const char *version,
                     const char *upload,
                     size_t *upload_size,
                     void **context)
{
  struct connection_info_struct *info = *context;
  ccd_connection *connection = connection_of(mhd);
  if (connection == NULL || info == NULL)
    return MHD_NO; /* memory is exhausted */
  if (!connection->begun) {
    begin_request(connection, info->request, url, method, version);
    return take_head(connection, context);
  }
  if (connection->back)
    return take_back(connection, context);
  if (*upload_size > 0) {
    size_t n = *upload_size;
    *upload_size = 0;
    return take_body(connection, upload, n) ? MHD_YES : MHD_NO;
  }
  if (connection->content_length != CCD_NO_LENGTH &&
      connection->content_length != connection->received)
    connection->request.malformed = "the body is not as long as announced";
  return answer_request(connection, context);
}

void
ccd_intake_completed_cb(void *data,
                        struct MHD_Connection *mhd,
                        void **context,
                        enum MHD_RequestTerminationCode code)
{
  ccd_connection *connection = connection_of(mhd);
  /* Release the exchange first, because it refers to texts of the head, which ulfius and MHD
   * own. */
  if (connection != NULL)
    drop_begun(connection);
  mhd_request_completed(NULL, mhd, context, code);
  if (connection == NULL)
    return;
  free(connection->body);
  connection->body = NULL;
  ccd_away_drop_reply(&connection->reply); /* the connection ended before its reply was sent */
  ccd_socket_drop(connection->socket);
  connection->socket = NULL;
  atomic_store(&connection->receiving, false);
  atomic_store(&connection->sending, false);
  int64_t now = cc_time_monotonic();
  connection->maybe_unread = connection->begun && now - connection->request.started >= UNREAD_MIN;
  end_request(connection);
  atomic_store(&connection->seen, now);
  atomic_store(&connection->deadline,
               now + connection->listener->options.idle_timeout_s * CC_TIME_SECOND);
}
