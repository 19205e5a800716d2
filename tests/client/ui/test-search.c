/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/client/ui/fake-server.h"
#include "tests/client/ui/stage.h"
#include "tests/client/ui/ui-test.h"

/* Search in a long list: the cost of a typed letter may depend on the rows on the screen, but
 * not on the length of the list. A shorter list that also fills the screen is the reference in
 * the same run, because milliseconds alone would measure the machine. */

#define MANY 10000
#define FEW 500
#define TIMES_MOST 3.0
#define ROUNDS 3
#define ROUNDS_MOST 10
#define TEXT_MAX 16
#define TITLE "Town hall with the candidate"

static gboolean
is_over(gpointer data)
{
  return g_get_monotonic_time() > *(const gint64 *) data;
}

/* Longest blocking of the main loop: milliseconds of the clock, and of CPU time. */
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

/* Type one letter; returns how long the main loop was blocked. */
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

/* Type @text letter by letter like a fast typist and delete it letter by letter, three times.
 * For each letter the minimum counts, because the program's own work occurs in each repetition
 * and delays by other programs do not. */
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

static stall
search(stage *it)
{
  ui_settle();
  GtkWidget *entry = ui_get_named(it->window, "door-search");
  stall ada = type_slowly(entry, "ada");
  return worse(ada, type_slowly(entry, "grace h"));
}

/* Minimum over several check-ins by another person. Rounds in which a busy machine has closed
 * the feed are ignored, because the client then loads the whole list. */
static stall
check_in_elsewhere(stage *it)
{
  stall least = {G_MAXDOUBLE, G_MAXDOUBLE};
  int counted = 0;
  for (gint64 id = 1; id <= ROUNDS_MOST && counted < ROUNDS; id++) {
    ui_settle();
    guint lists = fake_server_count(it->server, "listAttendees");
    ui_watch_loop();
    fake_server_check_in_elsewhere(it->server, id, "Olga Owner");
    g_autofree char *here = g_strdup_printf("%d of ", (int) id);
    ui_get_says(it->window, here);
    stall now;
    ui_worst_stall(&now.ms, &now.cpu_ms);
    if (fake_server_count(it->server, "listAttendees") != lists)
      continue;
    least = lesser(least, now);
    counted++;
  }
  g_assert_cmpint(counted, >, 0);
  return least;
}

/* Compare and print. Only the CPU time is asserted, because the clock also measures other
 * programs. */
static void
judge(const char *what, stall it, const char *measure, double times_most, stall by)
{
  g_printerr("# %s: the worst stall of the main loop is %.1f ms, %.1f ms of work; %s: %.1f ms\n",
             what,
             it.ms,
             it.cpu_ms,
             measure,
             by.cpu_ms);
  g_assert_cmpfloat(it.cpu_ms, <, times_most * by.cpu_ms);
}

static void
test_long_list(void)
{
  stage *short_list = stage_new_signed_in(FEW);
  stage_open_door_list(short_list, TITLE);
  stall few = search(short_list);
  stage_free(short_list);

  g_autoptr(stage) it = stage_new_signed_in(MANY);
  stage_open_door_list(it, TITLE);
  stall many = search(it);
  judge("a letter among 10,000 people", many, "among 500", TIMES_MOST, few);
  judge("a check-in among 10,000 people", check_in_elsewhere(it), "a letter", 1, many);
}

int
main(int argc, char **argv)
{
  stage_init(&argc, &argv);
  g_test_add_func("/search/long-list", test_long_list);
  return g_test_run();
}
