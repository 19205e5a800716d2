/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/codec/cc-type.h"

/* The body of every error reply: application/problem+json (RFC 9457) with the members below. */

typedef struct cc_problem_error {
  char *pointer;
  char *code;
  char *message;
  char *hint;
} cc_problem_error;

typedef struct cc_problem {
  char *type;
  char *title;
  int64_t status;
  char *detail;
  char *code;
  char *required;
  char *entity;
  char *service;
  cc_problem_error **errors;
  size_t n_errors;
  char *request_id;
} cc_problem;

extern const cc_type cc_problem_type;
