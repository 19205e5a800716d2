/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/client/ui/fake-private.h"

/* --- answering a request --- */

static void
count(fake_server *self, const char *operation)
{
  guint n = GPOINTER_TO_UINT(g_hash_table_lookup(self->counts, operation));
  g_hash_table_insert(self->counts, (char *) operation, GUINT_TO_POINTER(n + 1));
}

/* Read the ids of the event and the attendee from a path, -1 where there is none. Returns the
 * rest of the path after them. */
static const char *
split_event_path(const char *path, gint64 *ret_event, gint64 *ret_attendee)
{
  char *rest;
  *ret_event = g_ascii_strtoll(path + strlen("/v1/events/"), &rest, 10);
  *ret_attendee = -1;
  if (g_str_has_prefix(rest, "/attendees/"))
    *ret_attendee = g_ascii_strtoll(rest + strlen("/attendees/"), &rest, 10);
  return rest;
}

static void
handle_event(fake_server *self, SoupServerMessage *message, const char *path, GHashTable *query)
{
  gint64 event_id, attendee_id;
  const char *rest = split_event_path(path, &event_id, &attendee_id);
  if (event_id < 1 || event_id > 4) {
    fake_answer_problem(message, CC_ERR_NOT_FOUND, NULL, NULL);
  } else if (attendee_id >= 1 && g_str_equal(rest, "/check-in")) {
    count(self, "checkIn");
    fake_check_in(self, message, attendee_id, TRUE);
  } else if (attendee_id >= 1 && g_str_equal(rest, "/undo-check-in")) {
    count(self, "undoCheckIn");
    fake_check_in(self, message, attendee_id, FALSE);
  } else if (attendee_id >= 1 && attendee_id <= (gint64) self->people->len) {
    count(self, "getAttendee");
    fake_answer_attendee(message, &g_array_index(self->people, person, (guint) attendee_id - 1));
  } else if (g_str_equal(rest, "/attendees")) {
    count(self, "listAttendees");
    fake_list_attendees(self, message, event_id, query);
  } else if (g_str_equal(rest, "/walk-ins")) {
    count(self, "walkIn");
    fake_walk_in(self, message, event_id);
  } else if (rest[0] == '\0') {
    count(self, "getEvent");
    fake_answer_event(self, message, event_id);
  } else {
    fake_answer_problem(message, CC_ERR_NOT_FOUND, NULL, NULL);
  }
}

static gboolean
is_signed_in(SoupServerMessage *message)
{
  const char *credential =
    soup_message_headers_get_one(soup_server_message_get_request_headers(message), "Authorization");
  return g_strcmp0(credential, "Bearer " FAKE_TOKEN) == 0;
}

static void
handle_path(fake_server *self, SoupServerMessage *message, const char *path, GHashTable *query)
{
  if (g_str_equal(path, "/v1/auth/sign-in")) {
    count(self, "signIn");
    fake_sign_in(self, message);
  } else if (!is_signed_in(message)) {
    fake_answer_problem(message, CC_ERR_UNAUTHENTICATED, "no_credential", "Sign in first.");
  } else if (g_str_equal(path, "/v1/auth/sign-out")) {
    count(self, "signOut");
    soup_server_message_set_status(message, 204, NULL);
  } else if (g_str_equal(path, "/v1/me")) {
    fake_get_me(message);
  } else if (g_str_equal(path, "/v1/organizations")) {
    fake_list_organizations(message);
  } else if (g_str_equal(path, "/v1/organization") ||
             g_str_equal(path, "/v1/session/organization")) {
    fake_get_organization(message);
  } else if (g_str_equal(path, "/v1/events")) {
    count(self, "listEvents");
    fake_list_events(self, message);
  } else if (g_str_has_prefix(path, "/v1/events/")) {
    handle_event(self, message, path, query);
  } else if (g_str_equal(path, "/v1/changes")) {
    fake_list_changes(self, message);
  } else {
    fake_answer_problem(message, CC_ERR_NOT_FOUND, NULL, "There is no such operation.");
  }
}

static void
on_request(SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  fake_server *self = user_data;
  g_mutex_lock(&self->mutex);
  if (self->down)
    fake_answer_problem(message, CC_ERR_UNAVAILABLE, NULL, "Down for the test.");
  else
    handle_path(self, message, path, query);
  g_mutex_unlock(&self->mutex);
}

static void
on_feed_closed(SoupWebsocketConnection *feed, gpointer user_data)
{
  fake_server *self = user_data;
  g_ptr_array_remove(self->feeds, feed);
}

static void
on_feed(SoupServer *server,
        SoupServerMessage *message,
        const char *path,
        SoupWebsocketConnection *feed,
        gpointer user_data)
{
  fake_server *self = user_data;
  g_mutex_lock(&self->mutex);
  if (self->down) {
    soup_websocket_connection_close(feed, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  } else {
    g_ptr_array_add(self->feeds, g_object_ref(feed));
    g_signal_connect(feed, "closed", G_CALLBACK(on_feed_closed), self);
  }
  g_mutex_unlock(&self->mutex);
}

/* --- the thread --- */

static char *
origin_of(SoupServer *server)
{
  GSList *uris = soup_server_get_uris(server);
  char *origin = g_strdup_printf("http://127.0.0.1:%d", g_uri_get_port(uris->data));
  g_slist_free_full(uris, (GDestroyNotify) g_uri_unref);
  return origin;
}

static gpointer
serve(gpointer user_data)
{
  fake_server *self = user_data;
  g_main_context_push_thread_default(self->context);
  SoupServer *server = soup_server_new("server-header", "fake", NULL);
  soup_server_add_handler(server, NULL, on_request, self, NULL);
  soup_server_add_websocket_handler(server, "/v1/changes/live", NULL, NULL, on_feed, self, NULL);
  g_autoptr(GError) error = NULL;
  if (!soup_server_listen_local(server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    g_error("fake server: %s", error->message);
  g_mutex_lock(&self->mutex);
  self->origin = origin_of(server);
  g_cond_signal(&self->ready);
  g_mutex_unlock(&self->mutex);
  g_main_loop_run(self->loop);
  g_ptr_array_set_size(self->feeds, 0);
  soup_server_disconnect(server);
  g_object_unref(server);
  g_main_context_pop_thread_default(self->context);
  return NULL;
}

/* A function to run on the server's thread, which owns the feeds; the caller waits for its end. */
typedef struct call {
  fake_server *server;
  void (*run)(fake_server *self, gpointer data);
  gpointer data;
  gboolean done;
} call;

static gboolean
run_call(gpointer user_data)
{
  call *it = user_data;
  g_mutex_lock(&it->server->mutex);
  it->run(it->server, it->data);
  it->done = TRUE;
  g_cond_broadcast(&it->server->ready);
  g_mutex_unlock(&it->server->mutex);
  return G_SOURCE_REMOVE;
}

static void
call_and_wait(fake_server *self, void (*run)(fake_server *, gpointer), gpointer data)
{
  call it = {self, run, data, FALSE};
  g_main_context_invoke(self->context, run_call, &it);
  g_mutex_lock(&self->mutex);
  while (!it.done)
    g_cond_wait(&self->ready, &self->mutex);
  g_mutex_unlock(&self->mutex);
}

fake_server *
fake_server_new(guint n_attendees)
{
  fake_server *self = g_new0(fake_server, 1);
  g_mutex_init(&self->mutex);
  g_cond_init(&self->ready);
  self->context = g_main_context_new();
  self->loop = g_main_loop_new(self->context, FALSE);
  self->counts = g_hash_table_new(g_str_hash, g_str_equal);
  self->people = g_array_new(FALSE, TRUE, sizeof(person));
  g_array_set_clear_func(self->people, fake_clear_person);
  self->feeds = g_ptr_array_new_with_free_func(g_object_unref);
  self->cursor = 1;
  fake_add_people(self, n_attendees);
  self->thread = g_thread_new("fake-server", serve, self);
  g_mutex_lock(&self->mutex);
  while (self->origin == NULL)
    g_cond_wait(&self->ready, &self->mutex);
  g_mutex_unlock(&self->mutex);
  return self;
}

void
fake_server_free(fake_server *self)
{
  g_main_loop_quit(self->loop);
  g_thread_join(self->thread);
  g_ptr_array_unref(self->feeds);
  g_main_loop_unref(self->loop);
  g_main_context_unref(self->context);
  g_hash_table_unref(self->counts);
  g_array_unref(self->people);
  g_free(self->origin);
  g_cond_clear(&self->ready);
  g_mutex_clear(&self->mutex);
  g_free(self);
}

const char *
fake_server_origin(fake_server *self)
{
  return self->origin;
}

static void
set_down(fake_server *self, gpointer data)
{
  self->down = GPOINTER_TO_INT(data);
  for (guint i = 0; self->down && i < self->feeds->len; i++) {
    SoupWebsocketConnection *feed = self->feeds->pdata[i];
    /* If the socket is not open any more, the client closed it first and has got the answer to
     * its close frame. */
    if (soup_websocket_connection_get_state(feed) == SOUP_WEBSOCKET_STATE_OPEN)
      soup_websocket_connection_close(feed, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  }
}

void
fake_server_set_down(fake_server *self, gboolean down)
{
  call_and_wait(self, set_down, GINT_TO_POINTER(down));
}

guint
fake_server_count(fake_server *self, const char *operation)
{
  g_mutex_lock(&self->mutex);
  guint n = GPOINTER_TO_UINT(g_hash_table_lookup(self->counts, operation));
  g_mutex_unlock(&self->mutex);
  return n;
}

typedef struct elsewhere {
  gint64 attendee_id;
  const char *by;
} elsewhere;

static void
check_in_elsewhere(fake_server *self, gpointer data)
{
  const elsewhere *what = data;
  person *one = &g_array_index(self->people, person, (guint) what->attendee_id - 1);
  fake_set_checked_in(one, TRUE, what->by);
  fake_announce(self, one);
}

void
fake_server_check_in_elsewhere(fake_server *self, gint64 attendee_id, const char *by)
{
  elsewhere what = {attendee_id, by};
  call_and_wait(self, check_in_elsewhere, &what);
}

gboolean
fake_server_is_checked_in(fake_server *self, gint64 attendee_id)
{
  g_mutex_lock(&self->mutex);
  person *one = &g_array_index(self->people, person, (guint) attendee_id - 1);
  gboolean there = one->attendee.status == CC_ATTENDEE_ATTENDED;
  g_mutex_unlock(&self->mutex);
  return there;
}
