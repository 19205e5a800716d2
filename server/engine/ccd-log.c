/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <yder.h>

#include "common/base/cc-str.h"
#include "common/base/cc-time.h"
#include "common/base/cc-utf8.h"
#include "server/engine/ccd-log-ring.h"

#define LINE_MAX_BYTES (16u * 1024)

#define USUAL_BYTES 512
#define CLOSE_WAIT_US (2 * CC_TIME_SECOND)
#define CRASH_WAIT_MS 500

static const char *const level_names[] = {"", "error", "warning", "info", "debug"};

static atomic_int threshold = CCD_INFO;
static atomic_bool is_open;
static int own_file = -1; /* LOG_FILE */

/* Write a message of ulfius as a line of this log. */
static void
library_message(void *data,
                const char *app_name,
                const time_t date,
                const unsigned long level,
                const char *message)
{
  ccd_level ours = level == Y_LOG_LEVEL_ERROR     ? CCD_ERROR
                   : level == Y_LOG_LEVEL_WARNING ? CCD_WARNING
                                                  : CCD_DEBUG;
  ccd_log(ours, "library", CCD_TEXT("message", message));
}

/* --- writing the log at a crash --- */

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
static struct sigaction before_crash[CC_N(crash_signals)];

/* Signal handler: write the last lines, then let the previous handler run. After a processor
 * fault the faulting instruction runs again when this function returns; a signal sent by kill or
 * abort is sent again. */
static void
on_crash(int number, siginfo_t *info, void *context)
{
  ccd_log_ring_hurry(CRASH_WAIT_MS);
  for (size_t i = 0; i < CC_N(crash_signals); i++) {
    if (crash_signals[i] == number)
      (void) sigaction(number, &before_crash[i], NULL);
  }
  if (info->si_code <= 0)
    (void) raise(number);
}

static void
catch_crashes(void)
{
  struct sigaction catch = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO};
  sigemptyset(&catch.sa_mask);
  for (size_t i = 0; i < CC_N(crash_signals); i++)
    (void) sigaction(crash_signals[i], &catch, &before_crash[i]);
}

bool
ccd_log_set_level(const char *level)
{
  for (int i = CCD_ERROR; i <= CCD_DEBUG; i++) {
    if (strcmp(level, level_names[i]) == 0) {
      atomic_store(&threshold, i);
      return true;
    }
  }
  return false;
}

cc_status
ccd_log_open(const char *file, const char *level, cc_error *reterr)
{
  if (!ccd_log_set_level(level))
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "enum",
                         "LOG_LEVEL",
                         "LOG_LEVEL is \"%s\"; it must be error, warning, info or debug",
                         level);
  if (file != NULL && *file != '\0') {
    own_file = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (own_file < 0)
      return cc_fail_field(reterr,
                           CC_ERR_INVALID,
                           "open",
                           "LOG_FILE",
                           "LOG_FILE cannot be written");
  }
  cc_status status = ccd_log_ring_start(own_file >= 0 ? own_file : STDERR_FILENO, reterr);
  if (status != CC_OK)
    return status;
  if (y_init_logs("campaign-centerd", Y_LOG_MODE_CALLBACK, Y_LOG_LEVEL_DEBUG, NULL, NULL) != 1 ||
      y_set_logs_callback(library_message, NULL, NULL) != 1)
    return cc_fail(reterr, CC_ERR_INTERNAL, "log", "The log cannot be opened");
  atomic_store(&is_open, true);
  catch_crashes();
  /* A failed start ends the process without calling ccd_log_close. */
  return atexit(ccd_log_close) == 0 ? CC_OK : cc_fail_memory(reterr);
}

void
ccd_log_close(void)
{
  if (!atomic_exchange(&is_open, false))
    return;
  y_close_logs();
  if (ccd_log_ring_stop(CLOSE_WAIT_US) && own_file >= 0) {
    (void) close(own_file);
    own_file = -1;
  }
}

uint64_t
ccd_log_dropped(void)
{
  return ccd_log_ring_dropped();
}

size_t
ccd_log_pending(void)
{
  return ccd_log_ring_pending();
}

/* Append a value as valid UTF-8: a text from a library or client may be cut within a character
 * or not be UTF-8. */
static void
add_value(cc_str *line, const char *text)
{
  size_t length = strlen(text);
  if (cc_utf8_length(text, length) >= 0) {
    cc_str_add_json(line, text, length);
    return;
  }
  cc_str plain = CC_STR_INIT(LINE_MAX_BYTES);
  for (const char *at = text; *at != '\0'; at++)
    cc_str_add_char(&plain, (*at & 0x80) != 0 ? '?' : *at);
  cc_str_add_json(line, plain.failed ? "" : plain.text, plain.failed ? 0 : plain.length);
  cc_str_done(&plain);
}

static void
format_line(ccd_level level, const char *event, const ccd_log_field *fields, cc_str *line)
{
  char now[CC_TIME_TEXT_MAX];
  cc_time_format(cc_time_now(), now);
  cc_str_hint(line, USUAL_BYTES);
  cc_str_add(line, "{\"time\":\"");
  cc_str_add(line, now);
  cc_str_add(line, "\",\"level\":\"");
  cc_str_add(line, level_names[level]);
  cc_str_add(line, "\",\"event\":");
  cc_str_add_json(line, event, strlen(event));
  for (; fields->name != NULL; fields++) {
    cc_str_add_char(line, ',');
    cc_str_add_json(line, fields->name, strlen(fields->name));
    cc_str_add_char(line, ':');
    if (fields->text != NULL)
      add_value(line, fields->text);
    else
      cc_str_add_int(line, fields->number);
  }
  cc_str_add(line, "}\n");
}

void
ccd_log_fields(ccd_level level, const char *event, const ccd_log_field *fields)
{
  bool open = atomic_load_explicit(&is_open, memory_order_relaxed);
  /* An error from before the log was opened, or after it was closed, is written to standard
   * error. */
  if ((int) level > atomic_load_explicit(&threshold, memory_order_relaxed) ||
      (!open && level != CCD_ERROR))
    return;
  cc_str line = CC_STR_INIT(LINE_MAX_BYTES);
  format_line(level, event, fields, &line);
  if (!line.failed && open)
    (void) ccd_log_ring_put(line.text, line.length, level == CCD_ERROR);
  else if (!line.failed)
    (void) !write(STDERR_FILENO, line.text, line.length);
  cc_str_done(&line);
}
