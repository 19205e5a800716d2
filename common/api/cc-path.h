/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/codec/cc-type.h"

/* Path parameters that are ids: the struct @S, its rows, and its type @S_type with the name
 * @type_name.
 *
 *   CC_PATH_2(event_note_ref, "EventNoteRef", event_id, "Number of the event.",
 *             event_note_id, "Number of the note.")
 */

#define CC_PATH_ROW_(S, m, text)                                                                   \
  CC_INT64(S, m, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = (text))

#define CC_PATH_1(S, type_name, m, text)                                                           \
  typedef struct S {                                                                               \
    int64_t m;                                                                                     \
  } S;                                                                                             \
  static const cc_field S##_fields[] = {CC_PATH_ROW_(S, m, text)};                                 \
  static const cc_type S##_type = CC_TYPE(S, type_name, S##_fields)

#define CC_PATH_2(S, type_name, m1, text1, m2, text2)                                              \
  typedef struct S {                                                                               \
    int64_t m1;                                                                                    \
    int64_t m2;                                                                                    \
  } S;                                                                                             \
  static const cc_field S##_fields[] = {CC_PATH_ROW_(S, m1, text1), CC_PATH_ROW_(S, m2, text2)};   \
  static const cc_type S##_type = CC_TYPE(S, type_name, S##_fields)
