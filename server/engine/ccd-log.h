/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-status.h"

/* The log: one JSON object per line, with every value escaped, so that no value can forge a
 * line. Values are ids, codes and figures, never personal data. A separate thread writes the
 * lines, so that a blocked file stops no request: see docs/internals/log.md. */

typedef enum ccd_level {
  CCD_ERROR = 1,
  CCD_WARNING,
  CCD_INFO,
  CCD_DEBUG,
} ccd_level;

typedef struct ccd_log_field {
  const char *name;
  const char *text; /* NULL: the value is .number */
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

/* Write the queued lines, waiting at most two seconds. Nothing is logged afterwards. Also called
 * by exit. */
void ccd_log_close(void);

/* For /metrics: lines dropped since the start, and bytes that are not written yet. */
uint64_t ccd_log_dropped(void);
size_t ccd_log_pending(void);

void ccd_log_fields(ccd_level level, const char *event, const ccd_log_field *fields);
