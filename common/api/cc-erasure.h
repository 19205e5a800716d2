/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"

/* Erasures: people whose data was destroyed on request. */

/* Certificate of one erasure: how many records were erased, without any data of the person. */
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
