/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Entity tags in the lists of If-Match and If-None-Match (RFC 9110 sections 8.8.3 and 13.1). */

typedef struct ccd_entity_tag {
  const char *text; /* with its quotes, without W/ */
  size_t length;
  bool weak;
} ccd_entity_tag;

/* The next tag of a list; *@at moves behind it. False: that was the last, or, when *@at is not at
 * the end then, what follows is no entity tag. */
bool ccd_entity_tag_next(const char **at, ccd_entity_tag *ret);

/* Is @etag, a strong one, in the list, or is the list "*"? @weakly: W/ makes no difference. */
bool ccd_entity_tag_among(const char *list, const char *etag, bool weakly);
