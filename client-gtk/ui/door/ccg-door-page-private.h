/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/ui/common/ccg-toast.h"
#include "client-gtk/ui/door/ccg-door-page.h"
#include "common/api/cc-attendee.h"

G_BEGIN_DECLS

/* Shared by ccg-door-page.c (the list) and ccg-door-write.c (check-in and undo). */

struct _CcgDoorPage {
  CcgPage parent_instance;

  CcgToast *toast;
  GtkStack *stack;
  GtkSearchEntry *search;
  GtkDropDown *filter;
  GtkListView *list;
  AdwStatusPage *failed;

  CcgSession *session;
  CcgStore *store;
  CcgSync *sync;
  CcgDoorList *people;
  gint64 event_id;
  char *zone;
  gboolean can_check_in;
  GHashTable *busy; /* ids of attendees with a running write */
  GHashTable *rows; /* from CcgAttendeeRow to its GtkListItem, while bound */
  GPtrArray *spare; /* unused rows */
  GCancellable *cancellable;
};

/* Check an attendee in or, with @undo, undo the check-in. @client_id: of the previous try; NULL:
 * a new one. */
void
ccg_door_page_write(CcgDoorPage *self, gint64 attendee_id, gboolean undo, const char *client_id);

/* Report a check-in, and offer to undo it. */
void ccg_door_page_show_undo(CcgDoorPage *self, const cc_attendee *attendee);

/* Show when and by whom a person was checked in, and offer to undo it. */
void ccg_door_page_ask_undo(CcgDoorPage *self, const cc_attendee *attendee);

/* Show a sentence that disappears by itself. */
void ccg_door_page_say(CcgDoorPage *self, const char *text);

/* Is a write for this person running? */
gboolean ccg_door_page_is_busy(CcgDoorPage *self, gint64 attendee_id);
void ccg_door_page_set_busy(CcgDoorPage *self, gint64 attendee_id, gboolean busy);

G_END_DECLS
