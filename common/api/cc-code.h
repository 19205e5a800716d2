/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"

/* The error codes of the API: `code` of a problem document and of its errors. docs/codes.md is
 * generated from these tables. Codes are promises: a code may be added, but never changes its
 * meaning. */
typedef struct cc_code {
  const char *code;
  const char *statuses; /* HTTP statuses with which the code occurs: "409", "401, 422" */
  const char *meaning;  /* one sentence */
  const char *way_out;  /* one sentence: what the client should do */
} cc_code;

/* Each table ends with a row whose code is NULL. */
extern const cc_code cc_codes_general[];
extern const cc_code cc_codes_feature[];

/* Write docs/codes.md. */
void cc_codes_doc(cc_str *out);
