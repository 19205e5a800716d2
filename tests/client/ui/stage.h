/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "client-gtk/core/ccg-session.h"
#include "tests/client/ui/fake-server.h"

G_BEGIN_DECLS

/* The client's window with a session against a fake server; new folders each time. */
typedef struct stage {
  fake_server *server;
  char *folder;
  CcgSession *session;
  GtkWidget *window;
} stage;

/* GTK, the tests, the application; first in main. */
void stage_init(int *argc, char ***argv);

/* Returns when the sign-in page is shown or, signed in, the first events. */
stage *stage_new(guint n_attendees);
stage *stage_new_signed_in(guint n_attendees);
void stage_free(stage *it);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(stage, stage_free)

void stage_fill_in(stage *it, const char *email, const char *password);
void stage_show_section(stage *it, const char *name);
void stage_open_event(stage *it, const char *title);
void stage_open_door_list(stage *it, const char *title);

/* Does the same as a tap on the row with that name. */
void stage_activate_person(stage *it, const char *name);

/* Waits for the window above the main one. */
GtkWidget *stage_get_dialog(stage *it);

G_END_DECLS
