/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Helpers that act like a person in front of the widgets of this process: they find mapped
 * (visible) widgets and wait with a deadline. When a widget is not found in time, the test fails
 * and prints the widget tree. */

/* Factor for all timeouts: 1, more under a sanitizer or an emulator. */
guint ui_slowness(void);

/* Run the main loop until @condition, for at most @ms times the factor. FALSE: the time is over. */
gboolean ui_wait(gboolean (*condition)(gpointer data), gpointer data, guint ms);

/* Run the main loop until it has nothing to do and no frame is pending. */
void ui_settle(void);

/* Find a mapped widget by its type and its text (label, title), ui_find_named by its widget
 * name; type or text may be left out. NULL: not found. */
GtkWidget *ui_find(GtkWidget *root, GType type, const char *text);
GtkWidget *ui_find_named(GtkWidget *root, const char *name);

/* Wait for the widget; ends the test when it does not appear. */
GtkWidget *ui_get(GtkWidget *root, GType type, const char *text);
GtkWidget *ui_get_named(GtkWidget *root, const char *name);
/* Find a mapped label that contains @part; ui_get_says waits for it. */
GtkWidget *ui_get_says(GtkWidget *root, const char *part);
GtkWidget *ui_find_says(GtkWidget *root, const char *part);
void ui_wait_gone(GtkWidget *root, GType type, const char *text);

void ui_type(GtkWidget *editable, const char *text);
void ui_click(GtkWidget *widget);

/* Activate the row of a list view, as a tap does. */
void ui_activate_row(GtkWidget *list_view, guint position);

int ui_min_width(GtkWidget *widget);

/* Count buttons below @root, including hidden pages, that show only a picture and have no
 * accessible name; each is printed. Needs GTK_A11Y=test. */
guint ui_count_nameless(GtkWidget *root);

/* Count visible labels below @root whose text is truncated; each is printed. Rows of a list view
 * and @content (nullable) are excluded: the campaign's own texts are complete on their pages. */
guint ui_count_cut(GtkWidget *root, const char *content);

/* Save CAMPAIGN_UI_PICTURES/@name.png; does nothing when the variable is not set. */
void ui_picture(GtkWidget *window, const char *name);

/* ui_watch_loop starts measuring the longest time without an iteration of the main loop;
 * ui_worst_stall returns it, in milliseconds of the clock and of CPU time of this thread, which
 * other programs cannot increase. */
void ui_watch_loop(void);
void ui_worst_stall(double *ret_ms, double *ret_cpu_ms);

/* Ignore the known warnings of GTK; every other warning is fatal under g_test. */
void ui_quiet_noise(void);

G_END_DECLS
