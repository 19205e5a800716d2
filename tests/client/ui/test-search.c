/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/client/ui/fake-server.h"
#include "tests/client/ui/stage.h"
#include "tests/client/ui/ui-test.h"

/* A search over 10,000 people: no letter may hold a frame back for long. */

#define PEOPLE 10000
#define STALL_MS 50
#define ROUNDS 3
#define TEXT_MAX 16
#define TITLE "Town hall with the candidate"

static gboolean
is_over(gpointer data)
{
  return g_get_monotonic_time() > *(const gint64 *) data;
}

/* Milliseconds of the clock and of work. */
typedef struct stall {
  double ms, cpu_ms;
} stall;

static stall
worse(stall a, stall b)
{
  return (stall){MAX(a.ms, b.ms), MAX(a.cpu_ms, b.cpu_ms)};
}

static stall
lesser(stall a, stall b)
{
  return (stall){MIN(a.ms, b.ms), MIN(a.cpu_ms, b.cpu_ms)};
}

/* What one letter costs. */
static stall
type_letter(GtkWidget *entry, const char *part)
{
  stall now;
  ui_watch_loop();
  ui_type(entry, part);
  gint64 next = g_get_monotonic_time() + 200 * 1000;
  ui_wait(is_over, &next, 1000);
  ui_worst_stall(&now.ms, &now.cpu_ms);
  g_test_message("\"%s\": %.1f ms, %.1f ms of work", part, now.ms, now.cpu_ms);
  return now;
}

/* Types @text letter by letter as a quick person does, takes it back letter by letter, and does so
 * three times. Of each letter the least counts: what the program does is done each time, and what a
 * neighbour on the same processor adds is not. */
static stall
type_slowly(GtkWidget *entry, const char *text)
{
  stall least[2 * TEXT_MAX];
  stall worst = {0, 0};
  gsize length = strlen(text);
  g_assert_cmpuint(length, <, TEXT_MAX);
  for (int round = 0; round < ROUNDS; round++) {
    for (gsize i = 1; i < 2 * length; i++) {
      g_autofree char *part = g_strndup(text, i <= length ? i : 2 * length - i);
      stall now = type_letter(entry, part);
      least[i] = round == 0 ? now : lesser(least[i], now);
    }
    ui_type(entry, "");
    ui_settle();
  }
  for (gsize i = 1; i < 2 * length; i++)
    worst = worse(worst, least[i]);
  return worst;
}

/* Asserted is the work: the rest is other programs'. */
static void
judge(const char *what, stall worst, double most_ms)
{
  g_test_message("%s with %d people: the worst stall of the main loop is %.1f ms, %.1f ms of work",
                 what,
                 PEOPLE,
                 worst.ms,
                 worst.cpu_ms);
  g_printerr("# %s with %d people: worst stall %.1f ms, %.1f ms of work\n",
             what,
             PEOPLE,
             worst.ms,
             worst.cpu_ms);
  if (ui_slowness() == 1)
    g_assert_cmpfloat(worst.cpu_ms, <, most_ms);
}

static void
test_search(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  stage_open_door_list(it, TITLE);
  ui_settle();
  GtkWidget *entry = ui_get_named(it->window, "door-search");
  stall worst = {0, 0};
  const char *const texts[] = {"lovelace", "ada", "person123", "grace h", "202555"};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    worst = worse(worst, type_slowly(entry, texts[i]));
  ui_type(entry, "");
  ui_settle();
  judge("typing", worst, STALL_MS);
}

/* A check-in of somebody else while 10,000 people are on the list. */
static void
test_change_under_long_list(void)
{
  g_autoptr(stage) it = stage_new_signed_in(PEOPLE);
  stage_open_door_list(it, TITLE);
  ui_type(ui_get_named(it->window, "door-search"), "lovelace ada");
  ui_get(it->window, GTK_TYPE_LABEL, "Lovelace, Ada");
  ui_settle();
  ui_watch_loop();
  fake_server_check_in_elsewhere(it->server, 1, "Olga Owner");
  ui_get_says(it->window, "Checked in at");
  stall now;
  ui_worst_stall(&now.ms, &now.cpu_ms);
  judge("a check-in elsewhere", now, STALL_MS);
}

int
main(int argc, char **argv)
{
  stage_init(&argc, &argv);
  g_test_add_func("/search/ten-thousand", test_search);
  g_test_add_func("/search/change", test_change_under_long_list);
  return g_test_run();
}
