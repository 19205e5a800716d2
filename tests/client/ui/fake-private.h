/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "common/api/cc-attendee.h"
#include "common/base/cc-status.h"
#include "tests/client/ui/fake-server.h"

/* Shared by the two files of the fake server: its thread and paths, and its replies. Every
 * function requires the mutex. */

#define FAKE_TOKEN "ccs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

typedef struct person {
  cc_attendee attendee;
  char *checked_in_by;
  cc_time checked_in_at;
} person;

struct fake_server {
  GMutex mutex; /* guards all members below except those marked as used by the thread only */
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  char *origin;
  GCond ready;
  gboolean down;
  GHashTable *counts; /* number of calls by operation id */
  GArray *people;     /* elements of type person; the index is id - 1 */
  GPtrArray *feeds;   /* elements of type SoupWebsocketConnection; used by the thread only */
  guint cursor;
};

void fake_add_people(fake_server *self, guint n);
void fake_clear_person(gpointer data);
void fake_answer_problem(SoupServerMessage *message,
                         cc_status status,
                         const char *code,
                         const char *detail);
void fake_sign_in(fake_server *self, SoupServerMessage *message);
void fake_get_me(SoupServerMessage *message);
void fake_list_organizations(SoupServerMessage *message);
void fake_get_organization(SoupServerMessage *message);
void fake_answer_event(fake_server *self, SoupServerMessage *message, gint64 id);
void fake_list_events(fake_server *self, SoupServerMessage *message);
void fake_list_attendees(fake_server *self,
                         SoupServerMessage *message,
                         gint64 event_id,
                         GHashTable *query);
void fake_answer_attendee(SoupServerMessage *message, person *one);
void fake_announce(fake_server *self, person *one);
void fake_set_checked_in(person *one, gboolean there, const char *by);
void
fake_check_in(fake_server *self, SoupServerMessage *message, gint64 attendee_id, gboolean there);
void fake_walk_in(fake_server *self, SoupServerMessage *message, gint64 event_id);
void fake_list_changes(fake_server *self, SoupServerMessage *message);
