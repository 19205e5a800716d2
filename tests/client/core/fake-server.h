/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

/* A server in the test's own process and main loop, and helpers for all tests of the core. */
typedef struct fake_server fake_server;

typedef void (*fake_handler)(fake_server *server,
                             SoupServerMessage *message,
                             const char *path,
                             GHashTable *query,
                             gpointer user_data);

fake_server *fake_server_new(fake_handler handler, gpointer user_data);
void fake_server_free(fake_server *server);

/* Origin of the server, such as "http://127.0.0.1:12345". */
const char *fake_server_origin(fake_server *server);

/* Refuse connections, and accept them again at the same port. */
void fake_server_down(fake_server *server);
void fake_server_up(fake_server *server);

/* fake_reply sends JSON, fake_problem a problem document. */
void fake_reply(SoupServerMessage *message, guint status, const char *json);
void fake_problem(SoupServerMessage *message, guint status, const char *json);

/* Send a page to all clients that are connected to /v1/changes/live. */
void fake_server_push(fake_server *server, const char *json);
/* Send a close frame to all clients that are connected to /v1/changes/live. */
void fake_server_close(fake_server *server, gushort code, const char *reason);
/* Query string of the last WebSocket connection; NULL: none. */
const char *fake_server_socket_query(fake_server *server);
guint fake_server_n_sockets(fake_server *server);
guint fake_server_n_open(
  fake_server *server); /* connections for which neither side has sent a close frame */

/* Run the main loop until @done, at most ten seconds; the test fails otherwise. */
void fake_wait(gboolean (*done)(gpointer), gpointer user_data);

/* Run the main loop for some time. */
void fake_run(guint milliseconds);

/* Drop the last reference and wait until the object is finalized: threads may still hold
 * references. */
void fake_finalize(gpointer object);

/* A GAsyncReadyCallback for `GAsyncResult *result = NULL; …(…, fake_result, &result)`;
 * fake_wait_result waits for it. */
void fake_result(GObject *source, GAsyncResult *result, gpointer user_data);
GAsyncResult *fake_await(GAsyncResult **result);

/* fake_folder makes a new folder for temporary files, fake_folder_remove deletes it. */
char *fake_folder(void);
void fake_folder_remove(char *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(fake_server, fake_server_free)
