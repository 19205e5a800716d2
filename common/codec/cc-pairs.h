/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/codec/cc-encode.h"
#include "common/codec/cc-type.h"

/* Fill structs from texts: path parameters, query strings, database rows. */

/* A name and its text from a path or a query string, already percent-decoded. */
typedef struct cc_pair {
  const char *name;
  const char *text;
  size_t length;
} cc_pair;

/**
 * Decode path parameters or a query string by the same field tables: scalars only; STRINGS and
 * lists of enums are not supported. A repeated or unknown name is an error. The error's pointer is
 * the name.
 */
cc_status cc_decode_pairs(const cc_type *type,
                          const cc_pair *pairs,
                          size_t n_pairs,
                          cc_arena *arena,
                          void **ret,
                          cc_present *ret_present,
                          cc_error_list *reterr) CC_MUSTCHECK;

/* Fill a struct from a database row; strings are copied into @arena. The inverse of
 * cc_field_text. */
cc_status cc_bind_row(const cc_row_map *map,
                      const cc_cell *cells,
                      cc_arena *arena,
                      void *ret_object) CC_MUSTCHECK;
