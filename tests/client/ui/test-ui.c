/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/client/ui/fake-server.h"
#include "tests/client/ui/stage.h"
#include "tests/client/ui/ui-test.h"

/* Tests of the pages, in the order in which a person uses them. Each page is checked by
 * check_window. */

#define PHONE_WIDTH 360
#define PEOPLE 40
#define TITLE "Town hall with the candidate"

/* Check that nothing is wider than a phone and every picture has a name; save a picture. */
static void
check_window(GtkWidget *window, const char *name)
{
  ui_settle();
  int width = ui_min_width(window);
  g_test_message("%s: %d px wide at least", name, width);
  g_assert_cmpint(width, <=, PHONE_WIDTH);
  g_assert_cmpuint(ui_count_nameless(window), ==, 0);
  g_autofree char *file = g_strdup_printf("%s-%d", name, gtk_widget_get_width(window));
  ui_picture(window, file);
}

static void
check_page(stage *it, const char *name)
{
  check_window(it->window, name);
}

static void
test_sign_in(void)
{
  g_autoptr(stage) it = stage_new(PEOPLE);
  check_page(it, "sign-in");
  stage_fill_in(it, FAKE_EMAIL, "not the password");
  ui_click(ui_get(it->window, GTK_TYPE_BUTTON, "Sign in"));
  ui_get_says(it->window, "password is wrong");
  check_page(it, "sign-in-wrong");
  stage_fill_in(it, FAKE_EMAIL, FAKE_PASSWORD);
  ui_click(ui_get(it->window, GTK_TYPE_BUTTON, "Sign in"));
  ui_get(it->window, GTK_TYPE_LABEL, TITLE);
  g_assert_cmpuint(fake_server_count(it->server, "signIn"), ==, 2);
}

static void
test_second_factor(void)
{
  g_autoptr(stage) it = stage_new(PEOPLE);
  stage_fill_in(it, FAKE_EMAIL_2, FAKE_PASSWORD);
  ui_click(ui_get(it->window, GTK_TYPE_BUTTON, "Sign in"));
  GtkWidget *code = ui_get(it->window, ADW_TYPE_ENTRY_ROW, "Second factor");
  check_page(it, "second-factor");
  ui_type(code, "000000");
  ui_click(ui_get(it->window, GTK_TYPE_BUTTON, "Sign in"));
  ui_get_says(it->window, "wrong or has been used");
  ui_type(code, FAKE_CODE);
  ui_click(ui_get(it->window, GTK_TYPE_BUTTON, "Sign in"));
  ui_get(it->window, GTK_TYPE_LABEL, TITLE);
}

static void
test_unreachable(void)
{
  g_autoptr(stage) it = stage_new(PEOPLE);
  stage_fill_in(it, FAKE_EMAIL, FAKE_PASSWORD);
  fake_server_set_down(it->server, TRUE);
  ui_click(ui_get(it->window, GTK_TYPE_BUTTON, "Sign in"));
  ui_get_says(it->window, "server cannot be reached");
  check_page(it, "sign-in-unreachable");
  fake_server_set_down(it->server, FALSE);
  ui_click(ui_get(it->window, GTK_TYPE_BUTTON, "Sign in"));
  ui_get(it->window, GTK_TYPE_LABEL, TITLE);
}

/* A warning about plain HTTP appears while the address is typed. Addresses of this machine or of
 * a private network need no warning. */
static void
test_plain_http(void)
{
  g_autoptr(stage) it = stage_new(PEOPLE);
  GtkWidget *server = ui_get(it->window, ADW_TYPE_ENTRY_ROW, "Server");
  const char *const fine[] = {"campaign.example.org",
                              "https://campaign.example.org",
                              "http://127.0.0.1:3000",
                              "http://localhost:3000",
                              "http://192.168.1.5",
                              "http:",
                              ""};
  const char *const plain[] = {"http://campaign.example.org",
                               " HTTP://Campaign.example.org/ ",
                               "http://8.8.8.8:3000"};
  for (gsize i = 0; i < G_N_ELEMENTS(fine); i++) {
    ui_type(server, fine[i]);
    g_assert_null(ui_find_says(it->window, "not encrypted"));
    ui_type(server, plain[i % G_N_ELEMENTS(plain)]);
    ui_get_says(it->window, "not encrypted");
  }
  check_page(it, "sign-in-plain");
}

static void
test_events(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  ui_get(it->window, GTK_TYPE_LABEL, TITLE);
  check_page(it, "events-today");
  stage_show_section(it, "upcoming");
  ui_get(it->window, GTK_TYPE_LABEL, "Phone bank at the library");
  check_page(it, "events-upcoming");
  stage_show_section(it, "past");
  ui_get(it->window, GTK_TYPE_LABEL, "Last week's canvass");
  check_page(it, "events-past");
  stage_show_section(it, "today");
  stage_open_event(it, TITLE);
  ui_get_says(it->window, "12 Station Road");
  check_page(it, "event");
}

static void
test_check_in_and_undo(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  stage_open_door_list(it, TITLE);
  check_page(it, "door-list");
  ui_type(ui_get_named(it->window, "door-search"), "lovel");
  ui_wait_gone(it->window, GTK_TYPE_LABEL, "Hopper, Grace");
  ui_get(it->window, GTK_TYPE_LABEL, "Lovelace, Ada");
  stage_activate_person(it, "Lovelace, Ada");
  ui_get(it->window, GTK_TYPE_LABEL, "Ada Lovelace is checked in");
  g_assert_true(fake_server_is_checked_in(it->server, 1));
  ui_get_says(it->window, "Checked in at");
  check_page(it, "door-list-undo");
  ui_click(ui_get(it->window, GTK_TYPE_BUTTON, "Undo"));
  ui_get(it->window, GTK_TYPE_LABEL, "Ada Lovelace is not checked in any more");
  g_assert_false(fake_server_is_checked_in(it->server, 1));
  g_assert_cmpuint(fake_server_count(it->server, "checkIn"), ==, 1);
  g_assert_cmpuint(fake_server_count(it->server, "undoCheckIn"), ==, 1);
  ui_type(ui_get_named(it->window, "door-search"), "xyzzy");
  ui_get(it->window, ADW_TYPE_STATUS_PAGE, "Nobody found");
  check_page(it, "door-list-nobody");
}

static void
test_live(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  stage_open_door_list(it, TITLE);
  ui_type(ui_get_named(it->window, "door-search"), "lovel");
  ui_wait_gone(it->window, GTK_TYPE_LABEL, "Hopper, Grace");
  gint64 begin = g_get_monotonic_time();
  fake_server_check_in_elsewhere(it->server, 1, "Olga Owner");
  ui_get_says(it->window, "Checked in at");
  double ms = (double) (g_get_monotonic_time() - begin) / 1000;
  g_test_message("a check-in elsewhere shows after %.0f ms", ms);
}

static void
test_walk_in(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  stage_open_door_list(it, TITLE);
  ui_click(ui_get_named(it->window, "walk-in-button"));
  GtkWidget *dialog = stage_get_dialog(it);
  ui_get(dialog, ADW_TYPE_ENTRY_ROW, "First name");
  check_window(dialog, "walk-in");
  ui_type(ui_get(dialog, ADW_TYPE_ENTRY_ROW, "First name"), "Katherine");
  ui_type(ui_get(dialog, ADW_TYPE_ENTRY_ROW, "Last name"), "Johnson");
  ui_click(ui_get(dialog, GTK_TYPE_BUTTON, "Check in"));
  ui_get(it->window, GTK_TYPE_LABEL, "Katherine Johnson is checked in");
  g_assert_true(fake_server_is_checked_in(it->server, PEOPLE + 1));
}

static void
test_empty_list(void)
{
  g_autoptr(stage) it = stage_new_signed_in(0);
  stage_open_event(it, TITLE);
  ui_click(ui_get_named(it->window, "door-list-button"));
  ui_get(it->window, ADW_TYPE_STATUS_PAGE, "Nobody has signed up yet");
  check_page(it, "door-list-empty");
}

static void
test_away_and_back(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  stage_open_door_list(it, TITLE);
  fake_server_set_down(it->server, TRUE);
  ui_get_says(it->window, "No connection");
  ui_get(it->window, GTK_TYPE_LABEL, "Hopper, Ada");
  check_page(it, "door-list-no-connection");
  fake_server_set_down(it->server, FALSE);
  gtk_widget_activate_action(it->window, "win.refresh", NULL);
  ui_wait_gone(it->window, GTK_TYPE_LABEL, "No connection");
}

static void
test_account(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  ui_get(it->window, GTK_TYPE_LABEL, TITLE);
  gtk_widget_activate_action(it->window, "win.account", NULL);
  ui_get(it->window, ADW_TYPE_PREFERENCES_ROW, "Organization");
  check_page(it, "account");
}

static gboolean
is_alone(gpointer data)
{
  return g_list_model_get_n_items(gtk_window_get_toplevels()) == 1;
}

/* Open a dialog, close it, and check that no unshown window remains: such a window makes GTK 4.8
 * crash when a screen reader asks for it. */
static void
check_dialog(stage *it, const char *name)
{
  GtkWidget *dialog = stage_get_dialog(it);
  check_window(dialog, name);
  gtk_window_close(GTK_WINDOW(dialog));
  g_assert_true(ui_wait(is_alone, NULL, 5000));
}

static void
test_windows(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  g_assert_true(is_alone(NULL));
  const char *const actions[] = {"shortcuts", "about", "sign-out"};
  for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
    g_autofree char *action = g_strconcat("win.", actions[i], NULL);
    g_assert_true(gtk_widget_activate_action(it->window, action, NULL));
    check_dialog(it, actions[i]);
  }
  stage_open_door_list(it, TITLE);
  fake_server_check_in_elsewhere(it->server, 1, "Olga Owner");
  ui_get_says(it->window, "1 of 40 here");
  stage_activate_person(it, "Lovelace, Ada");
  check_dialog(it, "take-back");
  fake_server_set_down(it->server, TRUE);
  stage_activate_person(it, "Lovelace, Grace");
  check_dialog(it, "not-checked-in");
  fake_server_set_down(it->server, FALSE);
}

int
main(int argc, char **argv)
{
  stage_init(&argc, &argv);
  g_test_add_func("/ui/sign-in", test_sign_in);
  g_test_add_func("/ui/second-factor", test_second_factor);
  g_test_add_func("/ui/unreachable", test_unreachable);
  g_test_add_func("/ui/plain-http", test_plain_http);
  g_test_add_func("/ui/events", test_events);
  g_test_add_func("/ui/check-in-and-undo", test_check_in_and_undo);
  g_test_add_func("/ui/live", test_live);
  g_test_add_func("/ui/walk-in", test_walk_in);
  g_test_add_func("/ui/windows", test_windows);
  g_test_add_func("/ui/empty-list", test_empty_list);
  g_test_add_func("/ui/away-and-back", test_away_and_back);
  g_test_add_func("/ui/account", test_account);
  return g_test_run();
}
