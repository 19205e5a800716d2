/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/ui/common/ccg-toast.h"
#include "client-gtk/ui/door/ccg-door-page.h"
#include "common/api/cc-attendee.h"

G_BEGIN_DECLS

/* Between ccg-door-page.c (the list) and ccg-door-write.c (check-in and undo). */

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
  GHashTable *busy; /* attendee ids with a write on its way */
  GHashTable *rows; /* CcgAttendeeRow to its GtkListItem, while bound */
  GPtrArray *spare; /* rows that are not in use */
  GCancellable *cancellable;
};

/* A check-in, or with @undo the taking back of one. @client_id: of the try before; NULL: a new one.
 */
void
ccg_door_page_write(CcgDoorPage *self, gint64 attendee_id, gboolean undo, const char *client_id);

/* Somebody is here: say so, with a way back. */
void ccg_door_page_show_undo(CcgDoorPage *self, const cc_attendee *attendee);

/* Tell when and by whom somebody was checked in, and offer to take it back. */
void ccg_door_page_ask_undo(CcgDoorPage *self, const cc_attendee *attendee);

/* One sentence that goes away by itself. */
void ccg_door_page_say(CcgDoorPage *self, const char *text);

/* Whether a write for this person is on its way. */
gboolean ccg_door_page_is_busy(CcgDoorPage *self, gint64 attendee_id);
void ccg_door_page_set_busy(CcgDoorPage *self, gint64 attendee_id, gboolean busy);

G_END_DECLS
