/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <locale.h>

#include "client-gtk/core/ccg-session-private.h"
#include "tests/client/ui/fake-server.h"
#include "tests/client/ui/stage.h"
#include "tests/client/ui/ui-test.h"

/* test-words LANGUAGE SCALE: tests that the texts of a language fit on a phone, also in large
 * text. No page may be wider than the screen, and no sentence, title or button may be truncated.
 * The desktop sets the locale. */

#define PHONE_WIDTH 360
#define PEOPLE 40
#define TITLE "Town hall with the candidate"

/* Return a message as it is shown: translated, without mnemonic. (transfer full) */
static char *
word(const char *message)
{
  g_auto(GStrv) parts = g_strsplit(_(message), "_", -1);
  return g_strjoinv("", parts);
}

static GtkWidget *
get(GtkWidget *root, GType type, const char *message)
{
  g_autofree char *text = word(message);
  return ui_get(root, type, text);
}

static void
check(GtkWidget *window, const char *name)
{
  ui_settle();
  g_autofree char *file = g_strdup_printf("words-%s-%s", name, g_getenv("CAMPAIGN_WORDS"));
  ui_picture(window, file);
  int width = ui_min_width(window);
  g_test_message("%s: %d px wide at least", name, width);
  g_assert_cmpint(width, <=, PHONE_WIDTH);
  g_assert_cmpuint(ui_count_cut(window, TITLE), ==, 0);
}

static void
check_dialog(stage *it, const char *name)
{
  GtkWidget *dialog = stage_get_dialog(it);
  check(dialog, name);
  gtk_window_destroy(GTK_WINDOW(dialog));
}

static void
walk_in(stage *it)
{
  ui_click(ui_get_named(it->window, "walk-in-button"));
  GtkWidget *dialog = stage_get_dialog(it);
  ui_type(get(dialog, ADW_TYPE_ENTRY_ROW, "First name"), "Maximiliane-Charlotte");
  ui_type(get(dialog, ADW_TYPE_ENTRY_ROW, "Last name"), "von Hohenstaufen-Wittgenstein");
  check(dialog, "walk-in");
  ui_click(get(dialog, GTK_TYPE_BUTTON, "Check _in"));
  get(it->window, GTK_TYPE_BUTTON, "_Undo");
  ui_get_says(it->window, "Maximiliane-Charlotte von Hohenstaufen-Wittgenstein ");
  check(it->window, "undo");
}

static void
test_door(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  check(it->window, "events");
  stage_open_event(it, TITLE);
  check(it->window, "event");
  ui_click(ui_get_named(it->window, "door-list-button"));
  ui_get_named(it->window, "door-list");
  check(it->window, "door-list");
  walk_in(it);
  stage_activate_person(it, "Lovelace, Ada");
  ui_get_says(it->window, "Ada Lovelace ");
  stage_activate_person(it, "Lovelace, Ada");
  check_dialog(it, "take-back");
  ui_type(ui_get_named(it->window, "door-search"), "xyzzy");
  get(it->window, ADW_TYPE_STATUS_PAGE, "Nobody found");
  check(it->window, "nobody");
  fake_server_set_down(it->server, TRUE);
  ui_get_says(it->window, _("No connection"));
  check(it->window, "no-connection");
  fake_server_set_down(it->server, FALSE);
}

static void
test_others(void)
{
  g_autoptr(stage) it = stage_new(PEOPLE);
  ui_type(get(it->window, ADW_TYPE_ENTRY_ROW, "Server"), "http://campaign.example.org");
  ui_type(get(it->window, ADW_TYPE_ENTRY_ROW, "E-mail"), "");
  ui_click(ui_get_named(it->window, "sign-in-button"));
  check(it->window, "sign-in");
  stage_fill_in(it, FAKE_EMAIL, FAKE_PASSWORD);
  ui_click(ui_get_named(it->window, "sign-in-button"));
  ui_get(it->window, GTK_TYPE_LIST_VIEW, NULL);
  g_assert_true(gtk_widget_activate_action(it->window, "win.account", NULL));
  get(it->window, ADW_TYPE_PREFERENCES_ROW, "Organization");
  check(it->window, "account");
  g_assert_true(gtk_widget_activate_action(it->window, "win.shortcuts", NULL));
  check_dialog(it, "shortcuts");
  g_assert_true(gtk_widget_activate_action(it->window, "win.sign-out", NULL));
  check_dialog(it, "sign-out");
}

/* Pages that are rarely shown: no keyring, no organization, choice of an organization. */
static void
test_rare(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  ccg_session_set_flag(it->session,
                       CCG_SESSION_PROP_KEYRING_MISSING,
                       &it->session->keyring_missing,
                       TRUE);
  check_dialog(it, "keyring");
  GtkWidget *views = ui_get(it->window, GTK_TYPE_STACK, NULL);
  gtk_stack_set_visible_child_name(GTK_STACK(views), "choose");
  const char *const pages[] = {"choose", "none"};
  for (gsize i = 0; i < G_N_ELEMENTS(pages); i++) {
    GtkWidget *page = gtk_stack_get_visible_child(GTK_STACK(views));
    gtk_stack_set_visible_child_name(GTK_STACK(ui_get(page, GTK_TYPE_STACK, NULL)), pages[i]);
    check(it->window, pages[i]);
  }
}

static void
set_language(const char *language, const char *scale)
{
  g_autofree char *variant = g_strdup_printf("%s-%s", language, scale);
  g_setenv("CAMPAIGN_WORDS", variant, TRUE);
  g_assert_cmpstr(g_getenv("LANGUAGE"), ==, language);
  g_assert_nonnull(setlocale(LC_ALL, ""));
  bindtextdomain(GETTEXT_PACKAGE, g_getenv("CAMPAIGN_LOCALE_DIR"));
  bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
  textdomain(GETTEXT_PACKAGE);
  if (!g_str_equal(language, "en"))
    g_assert_cmpstr(_("Cancelled"), !=, "Cancelled");
}

int
main(int argc, char **argv)
{
  g_assert_cmpint(argc, >=, 3);
  set_language(argv[1], argv[2]);
  double scale = g_ascii_strtod(argv[2], NULL);
  stage_init(&argc, &argv);
  g_object_set(gtk_settings_get_default(), "gtk-xft-dpi", (int) (96 * 1024 * scale), NULL);
  g_test_add_func("/words/door", test_door);
  g_test_add_func("/words/others", test_others);
  g_test_add_func("/words/rare", test_rare);
  return g_test_run();
}
