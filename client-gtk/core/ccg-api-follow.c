/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-api-private.h"
#include "client-gtk/core/ccg-error-private.h"
#include "common/api/cc-platform.h"

/* Follows the change feed over its WebSocket. */

#define PAYLOAD_CEILING ((guint64) 4 * 1024 * 1024)
#define KEEPALIVE_SECONDS 20
#define SILENCE_SECONDS                                                                            \
  50 /* seconds without any frame after which the connection counts as dead                        \
      */
#define CLOSE_TOO_SLOW                                                                             \
  4008 /* close code: this client read too slowly; the reason is the cursor to continue with       \
          (docs/integrating.md) */

typedef struct {
  CcgApi *api;
  CcgFollow to;
  SoupMessage *message;
  SoupWebsocketConnection *connection;
  GCancellable *outer;
  gulong outer_id;
  GCancellable *inner; /* cancels the handshake */
  guint timer_id; /* source of the deadline: first of the handshake, later of the time without any
                     frame */
  guint end_id;
  gint64 heard_at; /* monotonic */
  gboolean paged;  /* a page has arrived over this connection */
  char *cursor;    /* cursor at which the next connection continues */
  GError *error;   /* the reason for ending; NULL: the server closed the connection */
} follow;

static void start(follow *self, const char *since);

static void
drop_connection(follow *self)
{
  g_clear_handle_id(&self->timer_id, g_source_remove);
  if (self->connection != NULL) {
    g_signal_handlers_disconnect_by_data(self->connection, self);
    if (soup_websocket_connection_get_state(self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
      soup_websocket_connection_close(self->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  }
  g_clear_object(&self->connection);
  g_clear_object(&self->message);
}

static void
follow_free(follow *self)
{
  g_clear_handle_id(&self->end_id, g_source_remove);
  if (self->outer_id != 0)
    g_cancellable_disconnect(self->outer, self->outer_id);
  drop_connection(self);
  g_clear_object(&self->outer);
  g_clear_object(&self->inner);
  g_clear_error(&self->error);
  g_object_unref(self->api);
  g_free(self->cursor);
  g_free(self);
}

static gboolean
end_now(gpointer user_data)
{
  follow *self = user_data;
  /* The caller may cancel in .closed: .end_id stays set until then, so that the first reason is
   * kept. */
  self->to.closed(self->error, self->to.user_data);
  self->end_id = 0;
  follow_free(self);
  return G_SOURCE_REMOVE;
}

/* End in an idle callback, because the connection must not be freed inside its own signals.
 * Takes ownership of @error. */
static void
end_soon(follow *self, GError *error)
{
  if (self->end_id != 0) {
    g_clear_error(&error);
    return;
  }
  self->error = error;
  self->end_id = g_idle_add(end_now, self);
}

static void
on_cancelled(GCancellable *cancellable, gpointer user_data)
{
  follow *self = user_data;
  if (self->cursor != NULL) { /* about to reconnect */
    g_clear_pointer(&self->cursor, g_free);
    g_clear_handle_id(&self->end_id, g_source_remove);
  }
  if (self->connection == NULL)
    g_cancellable_cancel(self->inner);
  else
    end_soon(self, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
}

static void
on_message(SoupWebsocketConnection *connection, int type, GBytes *bytes, gpointer user_data)
{
  follow *self = user_data;
  self->heard_at = g_get_monotonic_time();
  if (type != SOUP_WEBSOCKET_DATA_TEXT || self->end_id != 0)
    return;
  gsize length;
  const char *json = g_bytes_get_data(bytes, &length);
  GError *error = NULL;
  g_autoptr(CcgDoc) page = ccg_doc_new_from_json(&cc_change_page_type, json, length, &error);
  if (page == NULL) {
    end_soon(self, error);
    return;
  }
  self->paged = TRUE;
  self->to.message(page, self->to.user_data);
}

static void
on_pong(SoupWebsocketConnection *connection, GBytes *bytes, gpointer user_data)
{
  ((follow *) user_data)->heard_at = g_get_monotonic_time();
}

static void
on_error(SoupWebsocketConnection *connection, GError *error, gpointer user_data)
{
  end_soon(user_data, ccg_error_new_network(error));
}

static gboolean
go_on(gpointer user_data)
{
  follow *self = user_data;
  g_autofree char *since = g_steal_pointer(&self->cursor);
  self->end_id = 0;
  drop_connection(self);
  start(self, since);
  return G_SOURCE_REMOVE;
}

/* A client that was only too slow reconnects at once after the last page. A connection that
 * brought no page counts as a failure, with increasing delays between retries. */
static void
on_closed(SoupWebsocketConnection *connection, gpointer user_data)
{
  follow *self = user_data;
  const char *cursor = soup_websocket_connection_get_close_data(connection);
  if (soup_websocket_connection_get_close_code(connection) != CLOSE_TOO_SLOW || !self->paged ||
      cursor == NULL || *cursor == '\0') {
    end_soon(self, NULL);
    return;
  }
  if (self->end_id != 0)
    return;
  self->cursor = g_strdup(cursor);
  self->end_id = g_idle_add(go_on, self);
}

static gboolean
check_silence(gpointer user_data)
{
  follow *self = user_data;
  if (g_get_monotonic_time() - self->heard_at < SILENCE_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  self->timer_id = 0;
  end_soon(self, ccg_error_new_deadline());
  return G_SOURCE_REMOVE;
}

static gboolean
connect_late(gpointer user_data)
{
  follow *self = user_data;
  self->timer_id = 0;
  self->error = ccg_error_new_deadline();
  g_cancellable_cancel(self->inner);
  return G_SOURCE_REMOVE;
}

static GError *
handshake_error(follow *self, const GError *error)
{
  unsigned status = soup_message_get_status(self->message);
  if (self->error != NULL)
    return g_steal_pointer(&self->error);
  ccg_api_note_answer(self->api, self->message);
  if (status >= 300 && status < 400)
    return ccg_error_new(CC_ERR_INTERNAL, "redirected", "The server sent elsewhere.");
  if (status >= 400)
    return ccg_error_new_http(status, NULL);
  return ccg_error_new_network(error);
}

static void
connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
  follow *self = user_data;
  g_autoptr(GError) error = NULL;
  self->connection = soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &error);
  g_clear_handle_id(&self->timer_id, g_source_remove);
  if (self->connection == NULL) {
    end_soon(self, handshake_error(self, error));
    return;
  }
  if (g_cancellable_is_cancelled(self->inner)) {
    end_soon(self, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
    return;
  }
  soup_websocket_connection_set_max_incoming_payload_size(self->connection, PAYLOAD_CEILING);
  soup_websocket_connection_set_keepalive_interval(self->connection, KEEPALIVE_SECONDS);
  g_signal_connect(self->connection, "message", G_CALLBACK(on_message), self);
  g_signal_connect(self->connection, "pong", G_CALLBACK(on_pong), self);
  g_signal_connect(self->connection, "error", G_CALLBACK(on_error), self);
  g_signal_connect(self->connection, "closed", G_CALLBACK(on_closed), self);
  self->heard_at = g_get_monotonic_time();
  self->timer_id = g_timeout_add_seconds(5, check_silence, self);
  if (self->to.opened != NULL)
    self->to.opened(self->to.user_data);
}

static void
start(follow *self, const char *since)
{
  cc_change_query query = {.since = (char *) since};
  CcgRequest request = {.op = &cc_op_live_changes, .query = &query};
  g_autoptr(GError) error = NULL;
  self->message = ccg_api_message(ccg_api_get_origin(self->api), &request, &error);
  if (self->message == NULL) {
    end_soon(self, g_steal_pointer(&error));
    return;
  }
  ccg_api_authorize(self->api, self->message);
  self->paged = FALSE;
  self->timer_id = g_timeout_add(CCG_API_DEADLINE_MS, connect_late, self);
  soup_session_websocket_connect_async(ccg_api_get_session(self->api, /* streams= */ TRUE),
                                       self->message,
                                       /* origin= */ NULL,
                                       /* protocols= */ NULL,
                                       G_PRIORITY_DEFAULT,
                                       self->inner,
                                       connected,
                                       self);
}

void
ccg_api_follow(CcgApi *self, const char *since, GCancellable *cancellable, const CcgFollow *to)
{
  g_return_if_fail(CCG_IS_API(self));
  follow *made = g_new0(follow, 1);
  made->api = g_object_ref(self);
  made->to = *to;
  made->inner = g_cancellable_new();
  if (cancellable != NULL) {
    made->outer = g_object_ref(cancellable);
    made->outer_id = g_cancellable_connect(cancellable, G_CALLBACK(on_cancelled), made, NULL);
  }
  start(made, since);
}

void
ccg_api_follow_async(CcgApi *self,
                     const char *since,
                     GCancellable *cancellable,
                     void (*message)(CcgDoc *page, gpointer user_data),
                     void (*closed)(const GError *error, gpointer user_data),
                     gpointer user_data)
{
  const CcgFollow to = {.message = message, .closed = closed, .user_data = user_data};
  ccg_api_follow(self, since, cancellable, &to);
}
