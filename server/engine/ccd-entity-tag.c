/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-entity-tag.h"

#include <string.h>

bool
ccd_entity_tag_next(const char **at, ccd_entity_tag *ret)
{
  *at += strspn(*at, ", \t");
  bool weak = strncmp(*at, "W/", 2) == 0;
  const char *text = *at + (weak ? 2 : 0);
  const char *end = *text == '"' ? strchr(text + 1, '"') : NULL;
  if (end == NULL ||
      strchr(", \t", end[1]) == NULL) /* strchr also finds the NUL at the end of the list */
    return false;
  *ret = (ccd_entity_tag){text, (size_t) (end + 1 - text), weak};
  *at = end + 1;
  return true;
}

bool
ccd_entity_tag_among(const char *list, const char *etag, bool weakly)
{
  if (strcmp(list, "*") == 0)
    return true;
  size_t length = strlen(etag);
  ccd_entity_tag tag;
  while (ccd_entity_tag_next(&list, &tag)) {
    if (tag.length == length && memcmp(tag.text, etag, length) == 0 && (weakly || !tag.weak))
      return true;
  }
  return false;
}
