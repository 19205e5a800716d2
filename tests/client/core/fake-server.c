/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/client/core/fake-server.h"

#include <glib/gstdio.h>
#include <string.h>

struct fake_server {
  SoupServer *soup;
  fake_handler handler;
  gpointer user_data;
  guint port;
  char *origin;
  GPtrArray *sockets;
  char *socket_query;
};

static void
on_request(SoupServer *soup,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  fake_server *self = user_data;
  self->handler(self, message, path, query, self->user_data);
}

static void
on_socket_closed(SoupWebsocketConnection *connection, fake_server *self)
{
  g_ptr_array_remove(self->sockets, connection);
}

static void
on_socket(SoupServer *soup,
          SoupServerMessage *message,
          const char *path,
          SoupWebsocketConnection *connection,
          gpointer user_data)
{
  fake_server *self = user_data;
  g_free(self->socket_query);
  self->socket_query = g_strdup(g_uri_get_query(soup_server_message_get_uri(message)));
  g_ptr_array_add(self->sockets, g_object_ref(connection));
  g_signal_connect(connection, "closed", G_CALLBACK(on_socket_closed), self);
}

void
fake_server_up(fake_server *self)
{
  g_autoptr(GError) error = NULL;
  self->soup = soup_server_new("server-header", "fake", NULL);
  soup_server_add_handler(self->soup, NULL, on_request, self, NULL);
  soup_server_add_websocket_handler(self->soup,
                                    "/v1/changes/live",
                                    NULL,
                                    NULL,
                                    on_socket,
                                    self,
                                    NULL);
  (void) soup_server_listen_local(self->soup, self->port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error(error);
  GSList *uris = soup_server_get_uris(self->soup);
  self->port = (guint) g_uri_get_port(uris->data);
  g_slist_free_full(uris, (GDestroyNotify) g_uri_unref);
}

static gboolean
has_no_sockets(gpointer user_data)
{
  return ((fake_server *) user_data)->sockets->len == 0;
}

void
fake_server_down(fake_server *self)
{
  for (guint i = 0; i < self->sockets->len; i++) {
    SoupWebsocketConnection *connection = self->sockets->pdata[i];
    /* If the socket is not open any more, the client closed it first and has got the answer to
     * its close frame. */
    if (soup_websocket_connection_get_state(connection) == SOUP_WEBSOCKET_STATE_OPEN)
      soup_websocket_connection_close(connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  }
  fake_wait(has_no_sockets, self);
  soup_server_disconnect(self->soup);
  g_clear_object(&self->soup);
}

fake_server *
fake_server_new(fake_handler handler, gpointer user_data)
{
  fake_server *self = g_new0(fake_server, 1);
  self->handler = handler;
  self->user_data = user_data;
  self->sockets = g_ptr_array_new_with_free_func(g_object_unref);
  fake_server_up(self);
  self->origin = g_strdup_printf("http://127.0.0.1:%u", self->port);
  return self;
}

void
fake_server_free(fake_server *self)
{
  if (self->soup != NULL)
    fake_server_down(self);
  g_ptr_array_unref(self->sockets);
  g_free(self->origin);
  g_free(self->socket_query);
  g_free(self);
}

const char *
fake_server_origin(fake_server *self)
{
  return self->origin;
}

static void
reply(SoupServerMessage *message, guint status, const char *type, const char *json)
{
  soup_server_message_set_status(message, status, NULL);
  if (json != NULL)
    soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, json, strlen(json));
}

void
fake_reply(SoupServerMessage *message, guint status, const char *json)
{
  reply(message, status, "application/json", json);
}

void
fake_problem(SoupServerMessage *message, guint status, const char *json)
{
  reply(message, status, "application/problem+json", json);
}

void
fake_server_push(fake_server *self, const char *json)
{
  for (guint i = 0; i < self->sockets->len; i++)
    soup_websocket_connection_send_text(self->sockets->pdata[i], json);
}

void
fake_server_close(fake_server *self, gushort code, const char *reason)
{
  for (guint i = 0; i < self->sockets->len; i++)
    soup_websocket_connection_close(self->sockets->pdata[i], code, reason);
}

const char *
fake_server_socket_query(fake_server *self)
{
  return self->socket_query;
}

guint
fake_server_n_sockets(fake_server *self)
{
  return self->sockets->len;
}

guint
fake_server_n_open(fake_server *self)
{
  guint n = 0;
  for (guint i = 0; i < self->sockets->len; i++)
    if (soup_websocket_connection_get_state(self->sockets->pdata[i]) == SOUP_WEBSOCKET_STATE_OPEN)
      n++;
  return n;
}

static gboolean
set_flag(gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

void
fake_wait(gboolean (*done)(gpointer), gpointer user_data)
{
  gboolean late = FALSE;
  guint timer = g_timeout_add_seconds(10, set_flag, &late);
  while (!late && !done(user_data))
    (void) g_main_context_iteration(NULL, TRUE);
  g_assert_false(late);
  g_source_remove(timer);
}

void
fake_run(guint milliseconds)
{
  gboolean over = FALSE;
  (void) g_timeout_add(milliseconds, set_flag, &over);
  while (!over)
    (void) g_main_context_iteration(NULL, TRUE);
}

static gboolean
is_gone(gpointer user_data)
{
  return *(gpointer *) user_data == NULL;
}

static gboolean
on_beat(gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
fake_finalize(gpointer object)
{
  /* A reference dropped by a thread does not wake the main loop, so a timer does. */
  guint beat = g_timeout_add(5, on_beat, NULL);
  g_object_add_weak_pointer(object, &object);
  g_object_unref(object);
  fake_wait(is_gone, &object);
  g_source_remove(beat);
}

void
fake_result(GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref(result);
}

static gboolean
is_there(gpointer user_data)
{
  return *(GAsyncResult **) user_data != NULL;
}

GAsyncResult *
fake_await(GAsyncResult **result)
{
  fake_wait(is_there, result);
  return *result;
}

char *
fake_folder(void)
{
  char *folder = g_dir_make_tmp("ccg-XXXXXX", NULL);
  g_assert_nonnull(folder);
  return folder;
}

void
fake_folder_remove(char *folder)
{
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    (void) g_unlink(path);
  }
  (void) g_rmdir(folder);
  g_free(folder);
}
