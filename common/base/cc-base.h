/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/* Macros that every file may use. None of them allocates. */

#define CC_MUSTCHECK __attribute__((warn_unused_result))
#define CC_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))

/* Number of elements of a true array. */
#define CC_N(array) (sizeof(array) / sizeof((array)[0]))

/* NOLINTBEGIN(bugprone-macro-parentheses): their arguments are types and names */

/* `CC_AUTO(json_t) tree = NULL;` runs cc_auto_json_t(&tree) when the scope ends.
 * The type's owner declares that function with CC_DEFINE_AUTO. */
#define CC_AUTO(T) __attribute__((cleanup(cc_auto_##T))) T *
#define CC_DEFINE_AUTO(T, free_function)                                                           \
  static inline void cc_auto_##T(T **handle)                                                       \
  {                                                                                                \
    if (*handle != NULL)                                                                           \
      free_function(*handle);                                                                      \
  }

/* NOLINTEND(bugprone-macro-parentheses) */

/* Transfer ownership: yields the pointer and sets the variable to NULL. */
#define CC_STEAL(pointer)                                                                          \
  (__extension__({                                                                                 \
    __typeof__(pointer) stolen_ = (pointer);                                                       \
    (pointer) = NULL;                                                                              \
    stolen_;                                                                                       \
  }))
