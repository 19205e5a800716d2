/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A fake of the API as far as the client needs it, in this process on a separate thread: one
 * person, two organizations, four events (one of them today), a door list. Replies are encoded
 * with the same tables with which the client decodes them. Thread-safe. */
typedef struct fake_server fake_server;

#define FAKE_EMAIL "ada@example.org"
#define FAKE_EMAIL_2 "second@example.org" /* the sign-in also needs the code FAKE_CODE */
#define FAKE_PASSWORD "a long walk by the river"
#define FAKE_CODE "123456"
#define FAKE_EVENT_TODAY 1
#define FAKE_EVENT_EMPTY 2 /* an upcoming event without attendees */

fake_server *fake_server_new(guint n_attendees);
void fake_server_free(fake_server *self);

/* Origin of the server, such as "http://127.0.0.1:12345". */
const char *fake_server_origin(fake_server *self);

/* @down: reply 503 to every request and end the live feeds. Otherwise reply normally again. */
void fake_server_set_down(fake_server *self, gboolean down);

/* Number of calls of the operation with this id ("checkIn"). */
guint fake_server_count(fake_server *self, const char *operation);

/* Another person checks an attendee in; the live feed reports it. */
void fake_server_check_in_elsewhere(fake_server *self, gint64 attendee_id, const char *by);

gboolean fake_server_is_checked_in(fake_server *self, gint64 attendee_id);

/* First and last name of an attendee, 1 to n; static. */
const char *fake_first_name(gint64 attendee_id);
const char *fake_last_name(gint64 attendee_id);

G_END_DECLS
