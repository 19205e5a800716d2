/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A person in front of widgets of this process: finds what is mapped, which is what can be seen,
 * and waits with a deadline. What is not found in time ends the test with a picture of the tree. */

/* How much longer everything may take: 1, more under a sanitizer or an emulator. */
guint ui_slowness(void);

/* Runs the main loop until @condition, at most @ms times the slowness; FALSE: it did not come. */
gboolean ui_wait(gboolean (*condition)(gpointer data), gpointer data, guint ms);

/* Runs the main loop until nothing is left to do and no frame is due. */
void ui_settle(void);

/* A mapped widget by its type, and by its text (label, title) or its widget name; either may be
 * NULL. NULL: there is none. */
GtkWidget *ui_find(GtkWidget *root, GType type, const char *text);
GtkWidget *ui_find_named(GtkWidget *root, const char *name);

/* The same, waited for; ends the test otherwise. */
GtkWidget *ui_get(GtkWidget *root, GType type, const char *text);
GtkWidget *ui_get_named(GtkWidget *root, const char *name);
/* A mapped label that has @part in it. */
GtkWidget *ui_get_says(GtkWidget *root, const char *part);
GtkWidget *ui_find_says(GtkWidget *root, const char *part);
void ui_wait_gone(GtkWidget *root, GType type, const char *text);

void ui_type(GtkWidget *editable, const char *text);
void ui_click(GtkWidget *widget);

/* The row of a list view, as a tap does. */
void ui_activate_row(GtkWidget *list_view, guint position);

int ui_min_width(GtkWidget *widget);

/* Buttons below @root, hidden pages included, that show a picture only and have no name for who
 * cannot see it; each is printed. Needs GTK_A11Y=test. */
guint ui_count_nameless(GtkWidget *root);

/* Labels on the screen below @root whose text is cut off; each is printed. Not the rows of a list
 * view nor @content (nullable): what is the campaign's own text is whole on the thing's page. */
guint ui_count_cut(GtkWidget *root, const char *content);

/* As CAMPAIGN_UI_PICTURES/@name.png; does nothing where that is not set. */
void ui_picture(GtkWidget *window, const char *name);

/* How long the main loop did not come round, at worst, since ui_watch_loop: in milliseconds of the
 * clock, and of work of this thread, which no other program can lengthen. */
void ui_watch_loop(void);
void ui_worst_stall(double *ret_ms, double *ret_cpu_ms);

/* Lets known noise of GTK pass; every other warning is fatal under g_test. */
void ui_quiet_noise(void);

G_END_DECLS
