/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <pthread.h>
#include <string.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-time.h"
#include "server/engine/ccd-line.h"

/* Tests of classes, turns, limits and stops, with pieces of work that wait until the test
 * releases them. */

#define WORKS 64

typedef struct task {
  ccd_work work;
  int key;
  int ended; /* guarded by the board's lock */
} task;

/* State shared by the pieces of work. */
static struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool open; /* works may end */
  int running, most, done, refused;
  int order[WORKS]; /* keys in the order in which their work began */
  int n_order;
  size_t largest; /* batch */
} board = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void
reset_board(bool open)
{
  pthread_mutex_lock(&board.lock);
  board.open = open;
  board.running = board.most = board.done = board.refused = board.n_order = 0;
  board.largest = 0;
  pthread_mutex_unlock(&board.lock);
}

static void
set_open(bool open)
{
  pthread_mutex_lock(&board.lock);
  board.open = open;
  pthread_cond_broadcast(&board.changed);
  pthread_mutex_unlock(&board.lock);
}

static void
begin_works(ccd_work *const *works, size_t n)
{
  pthread_mutex_lock(&board.lock);
  for (size_t i = 0; i < n && board.n_order < WORKS; i++)
    board.order[board.n_order++] = ((task *) (void *) works[i])->key;
  board.largest = n > board.largest ? n : board.largest;
  board.running++;
  board.most = board.running > board.most ? board.running : board.most;
  pthread_cond_broadcast(&board.changed);
  while (!board.open)
    pthread_cond_wait(&board.changed, &board.lock);
  board.running--;
  board.done += (int) n;
  for (size_t i = 0; i < n; i++)
    ((task *) (void *) works[i])->ended = 1;
  pthread_cond_broadcast(&board.changed);
  pthread_mutex_unlock(&board.lock);
}

static void
run_cb(ccd_work *work, bool refused)
{
  if (!refused) {
    begin_works(&work, 1);
    return;
  }
  pthread_mutex_lock(&board.lock);
  board.refused++;
  pthread_cond_broadcast(&board.changed);
  pthread_mutex_unlock(&board.lock);
}

static void
run_many_cb(ccd_work *const *works, size_t n)
{
  begin_works(works, n);
}

static void
wait_for(const int *figure, int least)
{
  pthread_mutex_lock(&board.lock);
  while (*figure < least)
    pthread_cond_wait(&board.changed, &board.lock);
  pthread_mutex_unlock(&board.lock);
}

static ccd_scheduler *
make(ccd_class_options ordinary)
{
  ccd_class_options options[_CCD_CLASS_MAX];
  for (size_t i = 0; i < CC_N(options); i++)
    options[i] = (ccd_class_options){.threads = 1, .queue_max = 8};
  options[CCD_CLASS_ORDINARY] = ordinary;
  ccd_scheduler *scheduler = NULL;
  cc_error error;
  g_assert_cmpint(ccd_scheduler_new(options, NULL, &scheduler, &error), ==, CC_OK);
  return scheduler;
}

static bool
submit(ccd_scheduler *scheduler, ccd_class class, task *tasks, int n, int key)
{
  bool taken = true;
  for (int i = 0; i < n; i++) {
    tasks[i] = (task){.work = {.run = run_cb, .run_many = run_many_cb}, .key = key};
    taken = ccd_scheduler_submit(scheduler, class, (uint64_t) key, &tasks[i].work) && taken;
  }
  return taken;
}

/* One thread: work is done in order of arrival, but at most four pieces of one key are in the
 * line. */
static void
test_turns(void)
{
  static task tasks[WORKS];
  static const int expected[] = {1, 1, 1, 1, 1, 2, 2, 3, 1, 1, 1, 1};
  reset_board(/* open= */ false);
  ccd_scheduler *scheduler = make((ccd_class_options){.threads = 1, .queue_max = 20});
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks, 1, 1));
  wait_for(&board.n_order, 1);
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 1, 8, 1));
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 10, 2, 2));
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 20, 1, 3));
  set_open(true);
  wait_for(&board.done, CC_N(expected));
  g_assert_cmpmem(board.order, sizeof(expected), expected, sizeof(expected));
  ccd_scheduler_free(scheduler);
}

/* Many requests of one key leave the reserved threads to others; another class is not affected. */
static void
test_reserve(void)
{
  static task tasks[WORKS];
  reset_board(/* open= */ false);
  ccd_scheduler *scheduler = make((ccd_class_options){.threads = 4, .reserve = 1, .queue_max = 40});
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks, 10, 1));
  wait_for(&board.running, 3);
  g_assert_true(submit(scheduler, CCD_CLASS_SLOW, tasks + 40, 1, 1));
  wait_for(&board.running, 4);
  ccd_class_stats stats;
  ccd_scheduler_stats(scheduler, CCD_CLASS_ORDINARY, &stats);
  g_assert_cmpint(stats.running, ==, 3);
  g_assert_cmpint(stats.waiting, ==, 7);
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 20, 1, 2));
  wait_for(&board.running, 5);
  set_open(true);
  wait_for(&board.done, 12);
  ccd_scheduler_free(scheduler);
}

#define ALWAYS (INT64_MAX / 2)

static void
push(ccd_line *line, task *tasks, int n, int key)
{
  for (int i = 0; i < n; i++) {
    tasks[i] = (task){.work = {.since = 1}, .key = key};
    g_assert_true(ccd_line_push(line, (uint64_t) key, &tasks[i].work));
  }
}

/* Begin the next work and return its key; 0: none may begin. The work stays busy. */
static int
begin(ccd_line *line, ccd_run *run)
{
  if (!ccd_line_begin(line, run))
    return 0;
  run->began = ALWAYS;
  return ((task *) (void *) run->works[0])->key;
}

/* One key uses all threads except the reserve until another key arrives; work that waits for a
 * lock does not count. */
static void
test_shared(void)
{
  static task tasks[WORKS];
  static ccd_run runs[8];
  ccd_line line;
  ccd_class_options options = {.threads = 8, .reserve = 1, .shared = 2, .queue_max = 40};
  g_assert_true(ccd_line_init(&line, &options));
  push(&line, tasks, 5, 1);
  for (int i = 0; i < 4; i++)
    g_assert_cmpint(begin(&line, &runs[i]), ==, 1);
  push(&line, tasks + 10, 2, 2);
  line.mixed_until = ALWAYS;
  g_assert_cmpint(begin(&line, &runs[4]), ==, 2);
  ccd_line_end(&line, &runs[0]);
  g_assert_cmpint(begin(&line, &runs[0]), ==, 2);
  g_assert_false(ccd_line_ready(&line)); /* the fifth piece of work of the first key */
  ccd_line_end(&line, &runs[1]);
  g_assert_false(ccd_line_ready(&line));
  runs[2].began = 1;
  g_assert_cmpint(begin(&line, &runs[1]), ==, 1);
  push(&line, tasks + 20, 1, 1);
  line.mixed_until = ALWAYS;
  g_assert_false(ccd_line_ready(&line));
  line.mixed_until = 0; /* the work of other keys has ended */
  g_assert_cmpint(begin(&line, &runs[5]), ==, 1);
  ccd_line_clear(&line);
}

/* A class that allows one busy piece of work: work that waits for a lock does not count as busy,
 * and a thread checks for that. */
static void
test_busy(void)
{
  static task tasks[WORKS];
  static ccd_run runs[2];
  ccd_line line;
  ccd_class_options options = {.threads = 4, .busy = 1, .queue_max = 40};
  g_assert_true(ccd_line_init(&line, &options));
  push(&line, tasks, 1, 1);
  push(&line, tasks + 1, 1, 2);
  g_assert_cmpint(begin(&line, &runs[0]), ==, 1);
  g_assert_false(ccd_line_ready(&line));
  runs[0].began = 1;
  g_assert_cmpint(begin(&line, &runs[1]), ==, 2);
  ccd_line_clear(&line);

  reset_board(/* open= */ false);
  ccd_scheduler *scheduler = make(options);
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 10, 3, 1));
  wait_for(&board.running, 3);
  set_open(true);
  wait_for(&board.done, 3);
  ccd_scheduler_free(scheduler);
}

/* The number of waiting pieces of work of a key is limited to the free space, so one key leaves
 * space for others. Accepted work is never lost. */
static void
test_limits(void)
{
  static task tasks[WORKS];
  reset_board(/* open= */ false);
  ccd_scheduler *scheduler = make((ccd_class_options){.threads = 1, .queue_max = 8});
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks, 1, 1));
  wait_for(&board.running, 1);
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 1, 4, 1));
  g_assert_false(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 10, 1, 1));
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 11, 2, 2));
  g_assert_false(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 20, 1, 2));
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 21, 1, 3));
  g_assert_false(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 22, 1, 3));
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 23, 1, 4));
  g_assert_false(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 24, 1, 5));
  ccd_class_stats stats;
  ccd_scheduler_stats(scheduler, CCD_CLASS_ORDINARY, &stats);
  g_assert_cmpint(stats.waiting, ==, 8);
  g_assert_cmpint(stats.refused, ==, 4);
  set_open(true);
  wait_for(&board.done, 9);
  g_assert_cmpint(board.most, ==, 1);
  g_assert_cmpint(board.refused, ==, 0);
  ccd_scheduler_free(scheduler);
}

/* Work that has waited too long is refused; running work is not. */
static void
test_expiry(void)
{
  static task tasks[WORKS];
  reset_board(/* open= */ false);
  ccd_scheduler *scheduler =
    make((ccd_class_options){.threads = 1, .queue_max = 8, .wait_us = CC_TIME_SECOND});
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks, 1, 1));
  wait_for(&board.running, 1);
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 1, 3, 1));
  ccd_scheduler_expire(scheduler);
  g_assert_cmpint(board.refused, ==, 0);
  tasks[1].work.since -= 2 * CC_TIME_SECOND; /* the first of the three has waited too long */
  ccd_scheduler_expire(scheduler);
  g_assert_cmpint(board.refused, ==, 1);
  set_open(true);
  wait_for(&board.done, 3);
  ccd_scheduler_free(scheduler);
}

/* At the end of a stop, waiting work is refused at once and no more is accepted; running work
 * ends normally. */
static void
test_refuse(void)
{
  static task tasks[WORKS];
  reset_board(/* open= */ false);
  ccd_scheduler *scheduler = make((ccd_class_options){.threads = 2, .queue_max = 20});
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks, 6, 1));
  wait_for(&board.running, 2);
  ccd_scheduler_refuse(scheduler);
  g_assert_cmpint(board.refused, ==, 4);
  g_assert_false(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 10, 1, 2));
  g_assert_cmpint(board.done, ==, 0);
  set_open(true);
  ccd_scheduler_free(scheduler);
  g_assert_cmpint(board.done, ==, 2);
}

/* A thread takes several waiting pieces of work together, alternating between keys, up to the
 * batch size. */
static void
test_batches(void)
{
  static task tasks[WORKS];
  static const int expected[] = {1, 1, 1, 1, 1, 2, 2, 3, 1, 1};
  reset_board(/* open= */ false);
  ccd_scheduler *scheduler = make((ccd_class_options){.threads = 1, .queue_max = 20, .batch = 4});
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks, 1, 1));
  wait_for(&board.n_order, 1);
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 1, 6, 1));
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 10, 2, 2));
  g_assert_true(submit(scheduler, CCD_CLASS_ORDINARY, tasks + 20, 1, 3));
  set_open(true);
  wait_for(&board.done, CC_N(expected));
  g_assert_cmpmem(board.order, sizeof(expected), expected, sizeof(expected));
  g_assert_cmpint((int) board.largest, ==, 4);
  ccd_scheduler_free(scheduler);
}

/* Many submitters and keys: each piece of work runs exactly once. */
#define SUBMITTERS 8
#define ROUNDS 300

static void *
submitter_thread(void *data)
{
  task mine = {.work = {.run = run_cb, .run_many = run_many_cb}};
  for (int round = 0; round < ROUNDS; round++) {
    mine.key = round % 5;
    mine.ended = 0;
    if (!ccd_scheduler_submit(data, CCD_CLASS_ORDINARY, (uint64_t) mine.key, &mine.work))
      return data;
    wait_for(&mine.ended, 1);
  }
  return NULL;
}

static void
test_many_submitters(void)
{
  reset_board(/* open= */ true);
  ccd_scheduler *scheduler = make((ccd_class_options){.threads = 4, .reserve = 1, .queue_max = 16});
  pthread_t threads[SUBMITTERS];
  for (size_t i = 0; i < SUBMITTERS; i++)
    g_assert_cmpint(pthread_create(&threads[i], NULL, submitter_thread, scheduler), ==, 0);
  for (size_t i = 0; i < SUBMITTERS; i++) {
    void *refused = NULL;
    pthread_join(threads[i], &refused);
    g_assert_null(refused);
  }
  ccd_scheduler_free(scheduler);
  g_assert_cmpint(board.done, ==, SUBMITTERS * ROUNDS);
  g_assert_cmpint(board.refused, ==, 0);
  g_assert_cmpint(board.most, <=, 4);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/scheduler/turns", test_turns);
  g_test_add_func("/scheduler/reserve", test_reserve);
  g_test_add_func("/scheduler/shared", test_shared);
  g_test_add_func("/scheduler/busy", test_busy);
  g_test_add_func("/scheduler/limits", test_limits);
  g_test_add_func("/scheduler/expiry", test_expiry);
  g_test_add_func("/scheduler/refuse", test_refuse);
  g_test_add_func("/scheduler/batches", test_batches);
  g_test_add_func("/scheduler/many-submitters", test_many_submitters);
  return g_test_run();
}
