/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"

/* People who are erased. */

/* What is left of a person who was erased: how much there was, and nothing of who it was. */
typedef struct cc_erasure {
  int64_t id, voter_id;
  int64_t records_deleted, records_emptied, contacts, texts, sign_ups, copies;
  char *requested_by;
  cc_time erased_at, updated_at;
  int64_t version;
} cc_erasure;

typedef struct cc_erasure_ref {
  int64_t voter_id;
} cc_erasure_ref;

typedef struct cc_erasure_page {
  int64_t limit;
  char *cursor;
} cc_erasure_page;

extern const cc_type cc_erasure_type;
