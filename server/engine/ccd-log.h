/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-status.h"

/* JSON lines: one object a line, every value escaped, so no value can forge a line. Names of fields
 * are ours; values hold ids, codes and figures, never personal data. A thread of its own writes
 * them, so a file that takes no more stops nobody: see docs/internals/log.md. */

typedef enum ccd_level {
  CCD_ERROR = 1,
  CCD_WARNING,
  CCD_INFO,
  CCD_DEBUG,
} ccd_level;

typedef struct ccd_log_field {
  const char *name;
  const char *text; /* NULL: the number counts */
  int64_t number;
} ccd_log_field;

#define CCD_TEXT(key, value)                                                                       \
  {                                                                                                \
    .name = (key), .text = (value) != NULL ? (value) : "-"                                         \
  }
#define CCD_NUMBER(key, value)                                                                     \
  {                                                                                                \
    .name = (key), .number = (int64_t) (value)                                                     \
  }

/* ccd_log(CCD_INFO, "server.started", CCD_NUMBER("port", port)); */
#define ccd_log(level, event, ...)                                                                 \
  ccd_log_fields((level), (event), (const ccd_log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}})

/* @file: NULL or "": standard error. @level: "error", "warning", "info", "debug". */
cc_status ccd_log_open(const char *file, const char *level, cc_error *reterr) CC_MUSTCHECK;
bool ccd_log_set_level(const char *level);

/* Write what is there; for at most two seconds. Nothing is logged afterwards. Also called by exit.
 */
void ccd_log_close(void);

/* For /metrics: lines that were dropped since the start, bytes that are not written yet. */
uint64_t ccd_log_dropped(void);
size_t ccd_log_pending(void);

void ccd_log_fields(ccd_level level, const char *event, const ccd_log_field *fields);
