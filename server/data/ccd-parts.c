/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-parts.h"

#include <string.h>

/* Expands the parts of SQL texts that are made from the fields of a type, for statements and for
 * the files of functions. */

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"

typedef struct word {
  const char *name;
  unsigned flag;
} word;

static const word words[] = {
  {"imported", CC_IMPORTED},
  {"personal", CC_PERSONAL},
  {"exported", CC_EXPORTED},
  {"searchable", CC_SEARCHABLE},
  {"mergeable", CC_MERGEABLE},
  {"residence", CC_RESIDENCE},
};

/* A part such as {Voter.imported: r.@}, found within the text. */
typedef struct part {
  const char *begin, *end; /* from its { to after its } */
  const char *flags;       /* "imported+exported-residence" */
  const char *pattern;
  size_t type_length, flags_length, pattern_length;
} part;

/* Find the next part {Name.…} at or after @sql. Other braces, such as '{}' and '{a,b}', belong
 * to SQL. */
static bool
find_part(const char *sql, part *ret)
{
  for (const char *at = strchr(sql, '{'); at != NULL; at = strchr(at + 1, '{')) {
    size_t length = strspn(at + 1, UPPER LOWER);
    if (strspn(at + 1, UPPER) == 0 || at[1 + length] != '.')
      continue;
    const char *flags = at + 1 + length + 1;
    size_t flags_length = strspn(flags, LOWER "+-");
    const char *rest = flags + flags_length;
    size_t pattern_length = *rest == ':' ? strcspn(rest + 1, "{}") : 0;
    const char *last = *rest == ':' ? rest + 1 + pattern_length : rest;
    *ret = (part){
      .begin = at,
      .end = *last == '}' ? last + 1 : NULL,
      .flags = flags,
      .pattern = *rest == ':' ? rest + 1 + strspn(rest + 1, " \n") : "@",
      .type_length = length,
      .flags_length = flags_length,
    };
    ret->pattern_length = *rest == ':' ? (size_t) (last - ret->pattern) : 1;
    return true;
  }
  return false;
}

static const cc_type *
find_type(const part *p, const cc_type *const types[])
{
  for (; types != NULL && *types != NULL; types++) {
    if (strncmp((*types)->name, p->begin + 1, p->type_length) == 0 &&
        (*types)->name[p->type_length] == '\0')
      return *types;
  }
  return NULL;
}

/* The flags that a field must have and must not have. False: an unknown flag. */
static bool
read_flags(const part *p, unsigned *ret_with, unsigned *ret_without)
{
  const char *at = p->flags, *end = p->flags + p->flags_length;
  bool without = false;
  *ret_with = *ret_without = 0;
  while (at < end) {
    size_t length = strspn(at, LOWER), i = 0;
    while (i < CC_N(words) &&
           (strncmp(words[i].name, at, length) != 0 || words[i].name[length] != '\0'))
      i++;
    if (i == CC_N(words))
      return false;
    *(without ? ret_without : ret_with) |= words[i].flag;
    without = at[length] == '-';
    at += length + (at + length < end);
  }
  return *ret_with != 0;
}

/* Append the value for an empty column of the field's type. */
static void
add_blank(cc_str *out, const cc_field *field)
{
  if (field->flags & CC_NULLABLE)
    cc_str_add(out, "NULL");
  else
    cc_str_printf(out, "'%s'", field->fallback != NULL ? field->fallback : "");
}

static void
add_pattern(cc_str *out, const part *p, const cc_field *field)
{
  for (size_t i = 0; i < p->pattern_length; i++) {
    char c = p->pattern[i];
    if (c == '@')
      cc_str_add(out, field->name);
    else if (c == '#')
      add_blank(out, field);
    else
      cc_str_add_char(out, c == '\n' ? ' ' : c);
  }
}

static void
add_part(cc_str *out, const part *p, const cc_type *type, unsigned with, unsigned without)
{
  bool statements = p->pattern[p->pattern_length - 1] == ';';
  const char *between = "";
  for (size_t i = 0; i < type->n_fields; i++) {
    const cc_field *field = &type->fields[i];
    if ((field->flags & with) != with || (field->flags & without) != 0)
      continue;
    cc_str_add(out, between);
    between = statements ? " " : ", ";
    add_pattern(out, p, field);
  }
  for (const char *at = p->begin; at < p->end; at++)
    if (*at == '\n')
      cc_str_add_char(out, '\n');
}

static cc_status
fail_part(const part *p, cc_status status, const char *why, cc_error *reterr)
{
  int length = (int) strcspn(p->begin, "\n}");
  return cc_fail(reterr, status, "part", "%.*s}: %s", length, p->begin, why);
}

cc_status
ccd_parts_expand(const char *sql, const cc_type *const types[], cc_str *out, cc_error *reterr)
{
  part p;
  while (find_part(sql, &p)) {
    unsigned with, without;
    if (p.end == NULL || p.pattern_length == 0 || !read_flags(&p, &with, &without))
      return fail_part(&p, CC_ERR_INVALID, "expected {Type.flag+flag-flag: pattern}", reterr);
    const cc_type *type = find_type(&p, types);
    if (type == NULL)
      return fail_part(&p, CC_ERR_NOT_FOUND, "no such type is known here", reterr);
    cc_str_add_n(out, sql, (size_t) (p.begin - sql));
    add_part(out, &p, type, with, without);
    sql = p.end;
  }
  cc_str_add(out, sql);
  return out->failed ? cc_fail_memory(reterr) : CC_OK;
}
