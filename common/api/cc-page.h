/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/codec/cc-type.h"

/* The query parameters of every list. A list's query struct has the members `int64_t limit; char
 * *cursor;` and its field table has the rows CC_PAGE_ROWS. */

#define CC_PAGE_LIMIT_DEFAULT 50
#define CC_PAGE_LIMIT_MAX 100

#define CC_PAGE_ROWS(S)                                                                            \
  CC_INT64(S,                                                                                      \
           limit,                                                                                  \
           .min = 1,                                                                               \
           .max = CC_PAGE_LIMIT_MAX,                                                               \
           .fallback = "50",                                                                       \
           .doc = "Maximum number of items on a page."),                                           \
    CC_STRING(S,                                                                                   \
              cursor,                                                                              \
              .format = CC_FORMAT_LINE,                                                            \
              .max = 1000,                                                                         \
              .doc = "Position of the page: `next_cursor` of the previous page. Leave it out for " \
                     "the first page.")

/* Query of a list without filters. */
typedef struct cc_page_query {
  int64_t limit;
  char *cursor;
} cc_page_query;

extern const cc_type cc_page_query_type;
