/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-api-private.h"

#include <string.h>

#include "client-gtk/core/ccg-error-private.h"

#define CHUNK ((gsize) 64 * 1024)

struct _CcgApi {
  GObject parent_instance;

  char *origin;
  char *token; /* cleared before it is freed */
  guint deadline_ms;
  SoupSession *session;
  SoupSession *streams; /* without a time limit for reads: for WebSockets */
};

G_DEFINE_FINAL_TYPE(CcgApi, ccg_api, G_TYPE_OBJECT)

enum {
  UNAUTHENTICATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
drop_token(CcgApi *self)
{
  if (self->token != NULL)
    explicit_bzero(self->token, strlen(self->token));
  g_clear_pointer(&self->token, g_free);
}

static void
ccg_api_finalize(GObject *object)
{
  CcgApi *self = CCG_API(object);
  drop_token(self);
  g_clear_object(&self->session);
  g_clear_object(&self->streams);
  g_clear_pointer(&self->origin, g_free);
  G_OBJECT_CLASS(ccg_api_parent_class)->finalize(object);
}

static void
ccg_api_class_init(CcgApiClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = ccg_api_finalize;
  signals[UNAUTHENTICATED] = g_signal_new("unauthenticated",
                                          G_TYPE_FROM_CLASS(klass),
                                          G_SIGNAL_RUN_LAST,
                                          0,
                                          NULL,
                                          NULL,
                                          NULL,
                                          G_TYPE_NONE,
                                          0);
}

/* Disable everything that libsoup adds by itself: cookies, HTTP sign-in dialogs, content
 * sniffing, compression. */
static SoupSession *
session_new(guint timeout)
{
  SoupSession *session = soup_session_new_with_options("timeout",
                                                       timeout,
                                                       "user-agent",
                                                       "campaign-center",
                                                       "max-conns-per-host",
                                                       4,
                                                       NULL);
  soup_session_remove_feature_by_type(session, SOUP_TYPE_AUTH_MANAGER);
  soup_session_remove_feature_by_type(session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type(session, SOUP_TYPE_CONTENT_SNIFFER);
  soup_session_remove_feature_by_type(session, SOUP_TYPE_COOKIE_JAR);
  soup_session_remove_feature_by_type(session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  return session;
}

static void
ccg_api_init(CcgApi *self)
{
  self->deadline_ms = CCG_API_DEADLINE_MS;
  self->session = session_new(CCG_API_DEADLINE_MS / 1000);
  self->streams = session_new(0);
}

CcgApi *
ccg_api_new(const char *origin)
{
  CcgApi *self = g_object_new(CCG_TYPE_API, NULL);
  self->origin = g_strdup(origin);
  return self;
}

const char *
ccg_api_get_origin(CcgApi *self)
{
  g_return_val_if_fail(CCG_IS_API(self), NULL);
  return self->origin;
}

void
ccg_api_set_token(CcgApi *self, const char *token)
{
  g_return_if_fail(CCG_IS_API(self));
  char *copy = g_strdup(token);
  drop_token(self);
  self->token = copy;
}

gboolean
ccg_api_has_token(CcgApi *self)
{
  g_return_val_if_fail(CCG_IS_API(self), FALSE);
  return self->token != NULL;
}

void
ccg_api_set_deadline(CcgApi *self, guint milliseconds)
{
  self->deadline_ms = milliseconds;
}

SoupSession *
ccg_api_get_session(CcgApi *self, gboolean streams)
{
  return streams ? self->streams : self->session;
}

void
ccg_api_authorize(CcgApi *self, SoupMessage *message)
{
  if (self->token == NULL)
    return;
  char *text = g_strconcat("Bearer ", self->token, NULL);
  soup_message_headers_replace(soup_message_get_request_headers(message), "Authorization", text);
  explicit_bzero(text, strlen(text));
  g_free(text);
}

void
ccg_api_note_answer(CcgApi *self, SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers(message);
  const char *sent = soup_message_headers_get_one(headers, "Authorization");
  if (soup_message_get_status(message) != 401 || sent == NULL)
    return;
  /* A reply to a request with an older token does not concern the current token. */
  if (self->token != NULL && g_str_has_suffix(sent, self->token))
    g_signal_emit(self, signals[UNAUTHENTICATED], 0);
}

/* A running call. */
typedef struct {
  CcgApi *api;
  const cc_op *op;
  SoupMessage *message;
  GCancellable *outer; /* the caller's cancellable; may be NULL */
  gulong outer_id;
  GCancellable *inner; /* cancelled by the caller's cancellable or by the deadline */
  guint deadline_id;
  gboolean late;
  GInputStream *stream;
  GByteArray *bytes;
} call;

static void
call_free(call *self)
{
  g_clear_handle_id(&self->deadline_id, g_source_remove);
  if (self->outer_id != 0)
    g_cancellable_disconnect(self->outer, self->outer_id);
  g_clear_object(&self->outer);
  g_clear_object(&self->inner);
  g_clear_object(&self->message);
  g_clear_object(&self->stream);
  g_clear_pointer(&self->bytes, g_byte_array_unref);
  g_object_unref(self->api);
  g_free(self);
}

/* End the call with an error; takes ownership of @task and @error. */
static void
call_fail(GTask *task, GError *error)
{
  call *self = g_task_get_task_data(task);
  g_clear_handle_id(&self->deadline_id, g_source_remove);
  if (self->late && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_error_free(error);
    error = ccg_error_new_deadline();
  } else if (error->domain != CCG_ERROR) {
    GError *said = ccg_error_new_network(error);
    g_error_free(error);
    error = said;
  }
  g_task_return_error(task, error);
  g_object_unref(task);
}

static void
cancel_inner(GCancellable *outer, gpointer inner)
{
  g_cancellable_cancel(inner);
}

static gboolean
deadline_passed(gpointer user_data)
{
  call *self = user_data;
  self->deadline_id = 0;
  self->late = TRUE;
  g_cancellable_cancel(self->inner);
  return G_SOURCE_REMOVE;
}

static gboolean
has_type(SoupMessage *message, const char *wanted)
{
  const char *type =
    soup_message_headers_get_content_type(soup_message_get_response_headers(message), NULL);
  return type != NULL && g_ascii_strcasecmp(type, wanted) == 0;
}

static CcgDoc *
decode(const cc_op *op, const GByteArray *bytes, GError **error)
{
  const char *json = (const char *) bytes->data;
  if (op->shape == CC_REPLY_LIST)
    return ccg_doc_new_page_from_json(op->reply, json, bytes->len, error);
  return ccg_doc_new_from_json(op->reply, json, bytes->len, error);
}

static GError *
error_of_answer(const call *self)
{
  unsigned status = soup_message_get_status(self->message);
  if (status >= 300 && status < 400)
    return ccg_error_new(CC_ERR_INTERNAL, "redirected", "The server sent elsewhere.");
  g_autoptr(CcgDoc) problem = NULL;
  if (has_type(self->message, "application/problem+json"))
    problem = ccg_doc_new_from_json(&cc_problem_type,
                                    (const char *) self->bytes->data,
                                    self->bytes->len,
                                    NULL);
  return ccg_error_new_http(status, problem);
}

/* Decoding has its own task, so that the call's objects are never freed on another thread. */
typedef struct {
  const cc_op *op;
  GByteArray *bytes;
} decoding;

static void
decoding_free(decoding *self)
{
  g_byte_array_unref(self->bytes);
  g_free(self);
}

static void
decode_in_thread(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  decoding *self = task_data;
  GError *error = NULL;
  CcgDoc *doc = decode(self->op, self->bytes, &error);
  if (doc == NULL)
    g_task_return_error(task, error);
  else
    g_task_return_pointer(task, doc, (GDestroyNotify) ccg_doc_unref);
}

/* Takes ownership of @task. */
static void
call_decoded(GTask *task, CcgDoc *doc, GError *error)
{
  if (doc == NULL) {
    call_fail(task, error);
    return;
  }
  g_task_return_pointer(task, doc, (GDestroyNotify) ccg_doc_unref);
  g_object_unref(task);
}

static void
decode_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  CcgDoc *doc = g_task_propagate_pointer(G_TASK(result), &error);
  call_decoded(user_data, doc, error);
}

/* Takes ownership of @task. */
static void
call_decode(GTask *task)
{
  call *self = g_task_get_task_data(task);
  if (self->bytes->len <= CCG_API_DECODE_INLINE) {
    GError *error = NULL;
    CcgDoc *doc = decode(self->op, self->bytes, &error);
    call_decoded(task, doc, error);
    return;
  }
  decoding *work = g_new0(decoding, 1);
  work->op = self->op;
  work->bytes = g_byte_array_ref(self->bytes);
  g_autoptr(GTask) thread = g_task_new(NULL, NULL, decode_done, task);
  g_task_set_task_data(thread, work, (GDestroyNotify) decoding_free);
  g_task_run_in_thread(thread, decode_in_thread);
}

/* All bytes have arrived. */
static void
call_answer(GTask *task)
{
  call *self = g_task_get_task_data(task);
  g_clear_handle_id(&self->deadline_id, g_source_remove);
  g_autoptr(CcgApi) api = g_object_ref(self->api);
  ccg_api_note_answer(api, self->message);
  if (!SOUP_STATUS_IS_SUCCESSFUL(soup_message_get_status(self->message))) {
    call_fail(task, error_of_answer(self));
    return;
  }
  if (self->op->reply == NULL || soup_message_get_status(self->message) == 204) {
    g_task_return_pointer(task, NULL, NULL);
    g_object_unref(task);
    return;
  }
  if (has_type(self->message, "application/json"))
    call_decode(task);
  else
    call_fail(task, ccg_error_new(CC_ERR_INTERNAL, "answer_type", "The answer is not JSON."));
}

static void read_more(GTask *task);

static void
too_large(GTask *task)
{
  call_fail(task, ccg_error_new(CC_ERR_INTERNAL, "answer_too_large", "The answer is too large."));
}

static void
read_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  call *self = g_task_get_task_data(task);
  GError *error = NULL;
  g_autoptr(GBytes) chunk =
    g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &error);
  if (chunk == NULL) {
    call_fail(task, error);
    return;
  }
  gsize length = g_bytes_get_size(chunk);
  if (length == 0) {
    call_answer(task);
    return;
  }
  if (self->bytes->len + length > CCG_API_CEILING) {
    too_large(task);
    return;
  }
  g_byte_array_append(self->bytes, g_bytes_get_data(chunk, NULL), (guint) length);
  read_more(task);
}

static void
read_more(GTask *task)
{
  call *self = g_task_get_task_data(task);
  g_input_stream_read_bytes_async(self->stream,
                                  CHUNK,
                                  G_PRIORITY_DEFAULT,
                                  self->inner,
                                  read_done,
                                  task);
}

static void
send_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  call *self = g_task_get_task_data(task);
  GError *error = NULL;
  self->stream = soup_session_send_finish(SOUP_SESSION(source), result, &error);
  if (self->stream == NULL) {
    call_fail(task, error);
    return;
  }
  SoupMessageHeaders *headers = soup_message_get_response_headers(self->message);
  if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      soup_message_headers_get_content_length(headers) > (goffset) CCG_API_CEILING) {
    too_large(task);
    return;
  }
  read_more(task);
}

void
ccg_api_call_async(CcgApi *self,
                   const CcgRequest *request,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  g_return_if_fail(CCG_IS_API(self));
  g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
  g_task_set_source_tag(task, ccg_api_call_async);
  GError *error = NULL;
  SoupMessage *message = ccg_api_message(self->origin, request, &error);
  if (message == NULL) {
    g_task_return_error(task, error);
    return;
  }
  ccg_api_authorize(self, message);
  call *made = g_new0(call, 1);
  made->api = g_object_ref(self);
  made->op = request->op;
  made->message = message;
  made->inner = g_cancellable_new();
  made->bytes = g_byte_array_new();
  g_task_set_task_data(task, made, (GDestroyNotify) call_free);
  if (cancellable != NULL) {
    made->outer = g_object_ref(cancellable);
    made->outer_id =
      g_cancellable_connect(cancellable, G_CALLBACK(cancel_inner), made->inner, NULL);
  }
  made->deadline_id = g_timeout_add(self->deadline_ms, deadline_passed, made);
  soup_session_send_async(self->session,
                          message,
                          G_PRIORITY_DEFAULT,
                          made->inner,
                          send_done,
                          g_steal_pointer(&task));
}

CcgDoc *
ccg_api_call_finish(CcgApi *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail(g_task_is_valid(result, self), NULL);
  return g_task_propagate_pointer(G_TASK(result), error);
}
