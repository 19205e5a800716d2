/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client-gtk/core/ccg-session.h"
#include "tests/client/ui/fake-server.h"

G_BEGIN_DECLS

/* The client's window with a session against a fake server; each stage has new folders. */
typedef struct stage {
  fake_server *server;
  char *folder;
  CcgSession *session;
  GtkWidget *window;
} stage;

/* Initialize GTK, the tests and the application. Must be called first in main. */
void stage_init(int *argc, char ***argv);

/* stage_new returns when the sign-in page is shown, stage_new_signed_in when the first events
 * are shown. */
stage *stage_new(guint n_attendees);
stage *stage_new_signed_in(guint n_attendees);
void stage_free(stage *it);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(stage, stage_free)

void stage_fill_in(stage *it, const char *email, const char *password);
void stage_show_section(stage *it, const char *name);
void stage_open_event(stage *it, const char *title);
void stage_open_door_list(stage *it, const char *title);

/* Activate the row of the person with that name, as a tap does. */
void stage_activate_person(stage *it, const char *name);

/* Wait for the window above the main one. */
GtkWidget *stage_get_dialog(stage *it);

G_END_DECLS
