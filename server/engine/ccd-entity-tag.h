/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Entity tags in the lists of If-Match and If-None-Match (RFC 9110 sections 8.8.3 and 13.1). */

typedef struct ccd_entity_tag {
  const char *text; /* including its quotes, without W/ */
  size_t length;
  bool weak;
} ccd_entity_tag;

/* Read the next tag of a list and advance *@at. False at the end of the list, and at a syntax
 * error: then *@at is not at the end. */
bool ccd_entity_tag_next(const char **at, ccd_entity_tag *ret);

/* Is the strong tag @etag in the list, or is the list "*"? @weakly: ignore W/. */
bool ccd_entity_tag_among(const char *list, const char *etag, bool weakly);
