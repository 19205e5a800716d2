/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <yder.h>

#include "common/base/cc-str.h"
#include "common/base/cc-time.h"

#define LINE_MAX_BYTES (16u * 1024)

static const char *const level_names[] = {"", "error", "warning", "info", "debug"};

static atomic_int threshold = CCD_INFO;
static int output = STDERR_FILENO;

/* yder calls this under its own lock, so lines of two threads never mix. */
static void
write_line(void *data,
           const char *app_name,
           const time_t date,
           const unsigned long level,
           const char *message)
{
  size_t length = strlen(message);
  while (length > 0) {
    ssize_t written = write(output, message, length);
    if (written < 0 && errno != EINTR)
      return; /* a full disk must not stop the server */
    if (written > 0) {
      message += written;
      length -= (size_t) written;
    }
  }
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
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0)
      return cc_fail_field(reterr,
                           CC_ERR_INVALID,
                           "open",
                           "LOG_FILE",
                           "LOG_FILE cannot be written");
    output = fd;
  }
  if (y_init_logs("campaign-centerd", Y_LOG_MODE_CALLBACK, Y_LOG_LEVEL_DEBUG, NULL, NULL) != 1 ||
      y_set_logs_callback(write_line, NULL, NULL) != 1)
    return cc_fail(reterr, CC_ERR_INTERNAL, "log", "The log cannot be opened");
  return CC_OK;
}

void
ccd_log_close(void)
{
  y_close_logs();
}

void
ccd_log_fields(ccd_level level, const char *event, const ccd_log_field *fields)
{
  if ((int) level > atomic_load_explicit(&threshold, memory_order_relaxed))
    return;

  char now[CC_TIME_TEXT_MAX];
  cc_time_format(cc_time_now(), now);
  cc_str line = CC_STR_INIT(LINE_MAX_BYTES);
  cc_str_add(&line, "{\"time\":\"");
  cc_str_add(&line, now);
  cc_str_add(&line, "\",\"level\":\"");
  cc_str_add(&line, level_names[level]);
  cc_str_add(&line, "\",\"event\":");
  cc_str_add_json(&line, event, strlen(event));
  for (; fields->name != NULL; fields++) {
    cc_str_add_char(&line, ',');
    cc_str_add_json(&line, fields->name, strlen(fields->name));
    cc_str_add_char(&line, ':');
    if (fields->text != NULL)
      cc_str_add_json(&line, fields->text, strlen(fields->text));
    else
      cc_str_add_int(&line, fields->number);
  }
  cc_str_add(&line, "}\n");
  if (!line.failed)
    y_log_message(level == CCD_ERROR ? Y_LOG_LEVEL_ERROR : Y_LOG_LEVEL_INFO, "%s", line.text);
  cc_str_done(&line);
}
