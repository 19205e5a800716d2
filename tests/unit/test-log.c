/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/engine/ccd-log.h"

/* The log on files that are slow or full, or whose process ends. Each case is a separate
 * process, because a process has one log. */

#define THREADS 4
#define LINES 3000

static void
open_log(const char *file)
{
  cc_error error = {0};
  g_assert_cmpint(ccd_log_open(file, "info", &error), ==, CC_OK);
}

/* Run this program again as another process, with the log in @file; its output may be checked. */
static void
run_with(const char *path, const char *file)
{
  (void) g_setenv("TEST_LOG_FILE", file, TRUE);
  g_test_trap_subprocess(path, 0, 0);
}

static char *
new_path(void)
{
  char *path = g_build_filename(g_get_tmp_dir(), "cc-log-XXXXXX", NULL);
  int fd = g_mkstemp(path);
  g_assert_cmpint(fd, >=, 0);
  (void) close(fd);
  return path;
}

/* Count the lines of @text that contain @part; every line must be complete. */
static int64_t
count_lines(const char *text, const char *part)
{
  static const char begin[] = "{\"time\":\"";
  int64_t found = 0;
  const char *end = text + strlen(text);
  for (const char *line = text; line < end;) {
    const char *feed = memchr(line, '\n', (size_t) (end - line));
    g_assert_nonnull(feed);
    g_assert_cmpint(feed - line, >, strlen(begin));
    g_assert_cmpmem(line, strlen(begin), begin, strlen(begin));
    g_assert_cmpint(feed[-1], ==, '}');
    found += g_strstr_len(line, feed - line, part) != NULL;
    line = feed + 1;
  }
  return found;
}

/* Sum of the numbers in the lines that report dropped lines. */
static int64_t
sum_dropped(const char *text)
{
  int64_t sum = 0;
  for (const char *at = text; (at = strstr(at, "\"log.dropped\",\"lines\":")) != NULL; at++)
    sum += g_ascii_strtoll(at + strlen("\"log.dropped\",\"lines\":"), NULL, 10);
  return sum;
}

static char *
read_file(const char *path)
{
  char *text = NULL;
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  return text;
}

/* Thread that writes lines of 200 bytes and more; one line in a hundred is an error. */
static void *
log_thread(void *data)
{
  g_autofree char *long_text = g_strnfill(200, 'x');
  for (int i = 0; i < LINES; i++)
    ccd_log(i % 100 == 0 ? CCD_ERROR : CCD_INFO,
            i % 100 == 0 ? "test.error" : "test.line",
            CCD_TEXT("text", long_text),
            CCD_NUMBER("number", i));
  return NULL;
}

static void
log_from_threads(void)
{
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    g_assert_cmpint(pthread_create(&threads[i], NULL, log_thread, NULL), ==, 0);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
}

static void
case_end(void)
{
  open_log(g_getenv("TEST_LOG_FILE"));
  log_from_threads();
  g_assert_cmpuint(ccd_log_pending() + ccd_log_dropped(), <=, THREADS * LINES * 400);
  exit(0); /* ends without ccd_log_close */
}

/* A process that ends normally has written all lines. Lines that did not fit into the memory are
 * counted. */
static void
test_end(void)
{
  g_autofree char *path = new_path();
  run_with("/log/subprocess/end", path);
  g_test_trap_assert_passed();
  g_autofree char *text = read_file(path);
  int64_t lines = count_lines(text, "\"test.line\"") + count_lines(text, "\"test.error\"");
  g_assert_cmpint(lines + sum_dropped(text), ==, THREADS * LINES);
  g_assert_cmpint(count_lines(text, "\"test.error\""), ==, THREADS * LINES / 100);
  (void) g_remove(path);
}

static void
log_and_crash(void)
{
  open_log(g_getenv("TEST_LOG_FILE"));
  for (int i = 0; i < 500; i++)
    ccd_log(CCD_INFO, "test.line", CCD_NUMBER("number", i));
}

static void
case_abort(void)
{
  log_and_crash();
  abort();
}

static void
case_kill(void)
{
  log_and_crash();
  (void) raise(SIGSEGV);
}

static void
case_fault(void)
{
  log_and_crash();
  volatile int *volatile nowhere = NULL;
  *nowhere = 1; /* NOLINT(clang-analyzer-core.NullDereference): the crash is intended */
}

/* A process that crashes has written all lines up to the crash. */
static void
test_crash(void)
{
  static const char *const cases[] = {"/log/subprocess/abort",
                                      "/log/subprocess/kill",
                                      "/log/subprocess/fault"};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *path = new_path();
    run_with(cases[i], path);
    g_test_trap_assert_failed();
    g_autofree char *text = read_file(path);
    g_assert_cmpint(count_lines(text, "\"test.line\""), ==, 500);
    (void) g_remove(path);
  }
}

/* Read the pipe to its end. */
static void *
drain_thread(void *data)
{
  const int *fd = data;
  GString *text = g_string_new(NULL);
  char piece[4096];
  for (ssize_t n; (n = read(*fd, piece, sizeof(piece))) != 0;) {
    if (n > 0)
      g_string_append_len(text, piece, n);
    else
      g_assert_cmpint(errno, ==, EINTR);
  }
  return g_string_free(text, FALSE);
}

static void
case_full_pipe(void)
{
  g_autofree char *path = new_path();
  (void) g_remove(path);
  g_assert_cmpint(mkfifo(path, 0600), ==, 0);
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  g_assert_cmpint(fd, >=, 0);
  open_log(path);
  g_assert_cmpint(fcntl(fd, F_SETFL, 0), ==, 0);

  log_from_threads(); /* the pipe is not read; the calls must return nevertheless */
  g_assert_cmpuint(ccd_log_dropped(), >, 0);
  g_assert_cmpuint(ccd_log_pending(), >, 0);

  pthread_t reader;
  g_assert_cmpint(pthread_create(&reader, NULL, drain_thread, &fd), ==, 0);
  while (ccd_log_pending() > 0)
    g_usleep(1000);
  ccd_log(CCD_INFO, "test.after");
  ccd_log_close();
  void *text = NULL;
  pthread_join(reader, &text);
  int64_t dropped = (int64_t) ccd_log_dropped();
  g_assert_cmpint(count_lines(text, "\"test.line\"") + dropped,
                  ==,
                  THREADS * LINES - THREADS * LINES / 100);
  g_assert_cmpint(count_lines(text, "\"test.error\""), ==, THREADS * LINES / 100);
  g_assert_cmpint(sum_dropped(text), ==, dropped);
  g_assert_cmpint(count_lines(text, "\"test.after\""), ==, 1);
  g_free(text);
  (void) close(fd);
  (void) g_remove(path);
}

/* A pipe that is not read stops no thread. All errors are written, dropped lines are counted. */
static void
test_full_pipe(void)
{
  g_test_trap_subprocess("/log/subprocess/full-pipe", 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed();
}

static void
case_stuck(void)
{
  int ends[2];
  g_assert_cmpint(pipe(ends), ==, 0);
  g_assert_cmpint(dup2(ends[1], STDERR_FILENO), ==, STDERR_FILENO);
  open_log(/* file= */ NULL);
  log_from_threads();
  ccd_log_close();
  exit(0);
}

/* The end of a process does not wait forever for a log that cannot be written. */
static void
test_stuck(void)
{
  g_test_trap_subprocess("/log/subprocess/stuck", 0, 0);
  g_test_trap_assert_passed();
}

static void
case_full_disk(void)
{
  open_log("/dev/full");
  for (int i = 0; i < 50; i++)
    ccd_log(CCD_INFO, "test.line");
  while (ccd_log_pending() > 0)
    g_usleep(1000);
  g_assert_cmpuint(ccd_log_dropped(), >=, 50);
}

/* A full disk loses lines, which are counted, and stops no thread. */
static void
test_full_disk(void)
{
  g_test_trap_subprocess("/log/subprocess/full-disk", 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed();
}

int
main(int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*run)(void);
  } cases[] = {
    {"/log/subprocess/end", case_end},
    {"/log/subprocess/abort", case_abort},
    {"/log/subprocess/kill", case_kill},
    {"/log/subprocess/fault", case_fault},
    {"/log/subprocess/full-pipe", case_full_pipe},
    {"/log/subprocess/stuck", case_stuck},
    {"/log/subprocess/full-disk", case_full_disk},
    {"/log/end", test_end},
    {"/log/crash", test_crash},
    {"/log/full-pipe", test_full_pipe},
    {"/log/stuck", test_stuck},
    {"/log/full-disk", test_full_disk},
  };

  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_test_add_func(cases[i].path, cases[i].run);
  return g_test_run();
}
