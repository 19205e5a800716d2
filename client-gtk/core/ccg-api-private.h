/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "client-gtk/core/ccg-api.h"

/* Declarations shared by the files of the API client, and values that tests change. */

#define CCG_API_DEADLINE_MS 20000
#define CCG_API_CEILING ((gsize) 16 * 1024 * 1024)
#define CCG_API_DECODE_INLINE ((gsize) 64 * 1024) /* larger replies are decoded in a thread */

/* For tests. */
void ccg_api_set_deadline(CcgApi *self, guint milliseconds);

/* The request of an operation as an HTTP message with all headers. NULL with @error set. */
SoupMessage *ccg_api_message(const char *origin, const CcgRequest *request, GError **error);

/* Add the credential, if there is one. */
void ccg_api_authorize(CcgApi *self, SoupMessage *message);

/* Emit "unauthenticated" when the server refused the token that @message contained. */
void ccg_api_note_answer(CcgApi *self, SoupMessage *message);

SoupSession *ccg_api_get_session(CcgApi *self, gboolean streams);

/* The same as ccg_api_follow_async, with "opened" when the server has accepted the connection. */
typedef struct ccg_follow {
  void (*opened)(gpointer user_data); /* may be NULL */
  void (*message)(CcgDoc *page, gpointer user_data);
  void (*closed)(const GError *error, gpointer user_data);
  gpointer user_data;
} CcgFollow;

void
ccg_api_follow(CcgApi *self, const char *since, GCancellable *cancellable, const CcgFollow *to);

/* Allocate a zeroed struct of @type with its int64 member "limit" and its string member "cursor"
 * set;
 * @cursor is borrowed. Free with g_free. */
gpointer ccg_query_new(const cc_type *type, gint64 limit, const char *cursor);
