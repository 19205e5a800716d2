/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/voters/ccd-voter-mapper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "server/voters/ccd-profile.h"
#include "server/voters/ccd-voter-column.h"
#include "server/voters/ccd-voter-row-private.h"

void
ccd_voter_mapper_free(ccd_voter_mapper *mapper)
{
  if (mapper == NULL)
    return;
  cc_arena_free(mapper->kept);
  cc_arena_free(mapper->text);
  free(mapper);
}

/* Names of the file's columns. */
typedef struct names {
  const char *const *items;
  size_t n;
} names;

static int
find_column(const names *columns, const char *name)
{
  for (size_t i = 0; i < columns->n; i++) {
    if (ccd_column_same(columns->items[i], name))
      return (int) i;
  }
  return -1;
}

static bool
add_step(ccd_voter_mapper *mapper,
         const cc_voter_mapping *mapping,
         const char *key,
         const int *columns,
         size_t n)
{
  int *kept = cc_arena_alloc(mapper->kept, (n + 1) * sizeof *kept);
  const char *kept_key = key != NULL ? cc_arena_strdup(mapper->kept, key) : NULL;
  if (kept == NULL || (key != NULL && kept_key == NULL))
    return false;
  memcpy(kept, columns, n * sizeof *kept);
  mapper->steps[mapper->n_steps++] = (voter_step){
    .mapping = mapping,
    .key = kept_key,
    .other = mapping->field == CC_VOTER_COLUMN ? ccd_voter_other_column(key) : NULL,
    .columns = kept,
    .n = n,
  };
  return true;
}

/* False: no memory. *ret_found: the file has a column for it. */
static bool
bind_mapping(ccd_voter_mapper *mapper,
             const cc_voter_mapping *m,
             const names *columns,
             bool *ret_found)
{
  int found[20];
  size_t n = 0;
  *ret_found = false;
  for (size_t i = 0; i < columns->n && m->prefix != NULL; i++) {
    int index = (int) i;
    if (strncasecmp(columns->items[i], m->prefix, strlen(m->prefix)) != 0)
      continue;
    *ret_found = true;
    if (!add_step(mapper, m, columns->items[i], &index, 1))
      return false;
  }
  for (size_t i = 0; i < m->columns.n && n < CC_N(found); i++) {
    found[n] = find_column(columns, m->columns.items[i]);
    *ret_found |= found[n] >= 0;
    n += found[n] >= 0;
  }
  for (size_t i = 0; i < m->any.n && !*ret_found; i++) {
    found[0] = find_column(columns, m->any.items[i]);
    *ret_found = found[0] >= 0;
    n = *ret_found ? 1 : 0;
  }
  return n == 0 || add_step(mapper, m, m->key, found, n);
}

static bool
bind_marks(ccd_voter_mapper *mapper, const names *columns)
{
  const cc_voter_profile *profile = mapper->profile;
  mapper->marks =
    cc_arena_alloc(mapper->kept, (profile->n_confidential + 1) * sizeof *mapper->marks);
  if (mapper->marks == NULL)
    return false;
  for (size_t i = 0; i < profile->n_confidential; i++) {
    const cc_voter_mark *from = profile->confidential[i];
    mapper->marks[mapper->n_marks++] =
      (voter_mark){find_column(columns, from->column), &from->values};
  }
  return true;
}

static cc_status
bind_columns(ccd_voter_mapper *mapper, const names *columns, cc_error_list *reterr)
{
  const cc_voter_profile *profile = mapper->profile;
  size_t before = reterr->n;
  /* Each prefix may find every column. */
  size_t most = profile->n_mappings;
  for (size_t i = 0; i < profile->n_mappings; i++)
    most += profile->mappings[i]->prefix != NULL ? columns->n : 0;
  mapper->steps = cc_arena_alloc(mapper->kept, (most + 1) * sizeof *mapper->steps);
  bool fits = mapper->steps != NULL && bind_marks(mapper, columns);
  for (size_t i = 0; i < profile->n_mappings && fits; i++) {
    bool found = false;
    fits = bind_mapping(mapper, profile->mappings[i], columns, &found);
    char pointer[40];
    (void) snprintf(pointer, sizeof pointer, "/mappings/%zu", i);
    if (fits && !found && profile->mappings[i]->required)
      (void) cc_error_list_add(reterr,
                               "missing_column",
                               pointer,
                               "the file has no column for %s",
                               cc_voter_field_enum.names[profile->mappings[i]->field - 1]);
  }
  for (size_t i = 0; i < CC_N(mapper->pairs) && fits; i++) {
    mapper->pairs[i] =
      cc_arena_alloc(mapper->kept, (mapper->n_steps + 1) * sizeof *mapper->pairs[i]);
    fits = mapper->pairs[i] != NULL;
  }
  if (!fits)
    return CC_ERR_NO_MEMORY;
  return reterr->n == before ? CC_OK : CC_ERR_INVALID;
}

static int
year_now(void)
{
  struct tm parts;
  time_t now = time(NULL);
  return gmtime_r(&now, &parts) != NULL ? parts.tm_year % 100 : 50;
}

/* Names of the layout, when the profile has one: its file has no header. */
static cc_status
layout_names(ccd_voter_mapper *mapper, names *columns)
{
  const cc_voter_format *format = mapper->profile->format;
  if (format == NULL || format->n_layout == 0)
    return CC_OK;
  const char **items = cc_arena_alloc(mapper->kept, format->n_layout * sizeof *items);
  if (items == NULL)
    return CC_ERR_NO_MEMORY;
  for (size_t i = 0; i < format->n_layout; i++)
    items[i] = format->layout[i]->name;
  *columns = (names){items, format->n_layout};
  return CC_OK;
}

static cc_status
begin_mapper(ccd_voter_mapper *mapper, names columns, cc_error_list *reterr)
{
  mapper->pivot = year_now();
  mapper->kept = cc_arena_new((size_t) 16 * 1024 * 1024);
  mapper->text = cc_arena_new((size_t) 16 * 1024 * 1024);
  if (mapper->kept == NULL || mapper->text == NULL)
    return CC_ERR_NO_MEMORY;
  cc_status status = layout_names(mapper, &columns);
  return status == CC_OK ? bind_columns(mapper, &columns, reterr) : status;
}

cc_status
ccd_voter_mapper_new(const cc_voter_profile *profile,
                     const char *const *columns,
                     size_t n_columns,
                     ccd_voter_mapper **ret,
                     cc_error_list *reterr)
{
  ccd_voter_mapper *mapper = calloc(1, sizeof *mapper);
  if (mapper == NULL)
    return CC_ERR_NO_MEMORY;
  mapper->profile = profile;
  cc_status status = begin_mapper(mapper, (names){columns, n_columns}, reterr);
  if (status == CC_OK)
    *ret = mapper;
  else
    ccd_voter_mapper_free(mapper);
  return status;
}
