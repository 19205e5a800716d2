/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects a mapping profile with the columns of a file; see ccd-voter-mapper.h. */
#include "server/voters/ccd-voter-mapper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/voters/ccd-election.h"
#include "server/voters/ccd-profile.h"
#include "server/voters/ccd-voter-column.h"
#include "server/voters/ccd-voter-row-private.h"

#define SEVERAL_MAX 128 /* space for further pairs, for cells with several values */

void
ccd_voter_mapper_free(ccd_voter_mapper *mapper)
{
  if (mapper == NULL)
    return;
  cc_arena_free(mapper->kept);
  cc_arena_free(mapper->text);
  free(mapper);
}

const ccd_voter_use *
ccd_voter_mapper_uses(const ccd_voter_mapper *mapper, size_t *ret_n)
{
  *ret_n = mapper->n_uses;
  return mapper->uses;
}

/* The column names of the file. */
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

/* Copy the key of a mapping into mapper->kept. For a history column, the key is normalized: it
 * is the name of an election. Returns NULL when out of memory. */
static const char *
copy_key(ccd_voter_mapper *mapper, const cc_voter_mapping *mapping, const char *key)
{
  return mapping->field == CC_VOTER_HISTORY ? ccd_election_name(ccd_slice_of(key), mapper->kept)
                                            : cc_arena_strdup(mapper->kept, key);
}

static void
note_use(ccd_voter_mapper *mapper, const voter_step *step)
{
  for (size_t i = 0; i < step->n; i++) {
    ccd_voter_use *use = &mapper->uses[step->columns[i]];
    if (use->field == 0) {
      use->field = step->mapping->field;
      use->key = step->key;
    }
  }
}

static bool
add_step(ccd_voter_mapper *mapper,
         const cc_voter_mapping *mapping,
         const char *key,
         const int *columns,
         size_t n)
{
  int *kept = cc_arena_alloc(mapper->kept, (n + 1) * sizeof *kept);
  const char *kept_key = key != NULL ? copy_key(mapper, mapping, key) : NULL;
  if (kept == NULL || (key != NULL && kept_key == NULL))
    return false;
  memcpy(kept, columns, n * sizeof *kept);
  voter_step *step = &mapper->steps[mapper->n_steps++];
  *step = (voter_step){
    .mapping = mapping,
    .key = kept_key,
    .other = mapping->field == CC_VOTER_COLUMN ? ccd_voter_other_column(key) : NULL,
    .columns = kept,
    .n = n,
  };
  note_use(mapper, step);
  return true;
}

/* Returns whether each column of the mapping becomes a step of its own. (Otherwise the columns
 * are joined into one value.) */
static bool
takes_each(const cc_voter_mapping *m)
{
  return m->prefix != NULL ||
         (m->any.n > 0 && (m->field == CC_VOTER_PHONE || m->field == CC_VOTER_EMAIL));
}

/* Add a step for each column that begins with the mapping's prefix or is listed in its "any". */
static bool
bind_each(ccd_voter_mapper *mapper,
          const cc_voter_mapping *m,
          const names *columns,
          bool *ret_found)
{
  for (size_t i = 0; i < columns->n; i++) {
    int index = (int) i;
    bool here = m->prefix != NULL && ccd_profile_prefix(m, columns->items[i]);
    for (size_t k = 0; k < m->any.n && !here; k++)
      here = ccd_column_same(columns->items[i], m->any.items[k]);
    if (!here)
      continue;
    *ret_found = true;
    if (!add_step(mapper, m, m->prefix != NULL ? columns->items[i] : m->key, &index, 1))
      return false;
  }
  return true;
}

/* Add the steps of a mapping. *ret_found is set to whether the file has at least one of the
 * mapping's columns. Returns false when out of memory. */
static bool
bind_mapping(ccd_voter_mapper *mapper,
             const cc_voter_mapping *m,
             const names *columns,
             bool *ret_found)
{
  int found[20];
  size_t n = 0;
  *ret_found = false;
  if (takes_each(m))
    return bind_each(mapper, m, columns, ret_found);
  for (size_t i = 0; i < m->columns.n && n < CC_N(found); i++) {
    found[n] = find_column(columns, m->columns.items[i]);
    n += found[n] >= 0;
  }
  for (size_t i = 0; i < m->any.n && n == 0; i++) {
    found[0] = find_column(columns, m->any.items[i]);
    n = found[0] >= 0;
  }
  *ret_found = n > 0;
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
    int column = find_column(columns, from->column);
    mapper->marks[mapper->n_marks++] = (voter_mark){column, &from->values};
    if (column >= 0)
      mapper->uses[column].mark = true;
  }
  return true;
}

static bool
begin_uses(ccd_voter_mapper *mapper, const names *columns)
{
  mapper->uses = cc_arena_alloc(mapper->kept, (columns->n + 1) * sizeof *mapper->uses);
  for (size_t i = 0; i < columns->n && mapper->uses != NULL; i++) {
    const char *name = cc_arena_strdup(mapper->kept, columns->items[i]);
    if (name == NULL)
      return false;
    mapper->uses[mapper->n_uses++] =
      (ccd_voter_use){.name = name, .ignored = ccd_profile_ignores(mapper->profile, name)};
  }
  return mapper->uses != NULL;
}

/* Report that the file has none of the profile's columns. The message lists the first column
 * names of the file. */
static void
add_no_columns_error(const names *columns, cc_error_list *reterr)
{
  char text[160] = "";
  size_t used = 0;
  for (size_t i = 0; i < columns->n && used + strlen(columns->items[i]) + 8 < sizeof text; i++) {
    int n = snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? ", " : "", columns->items[i]);
    used += n > 0 ? (size_t) n : 0;
  }
  (void) cc_error_list_add(reterr,
                           "no_columns",
                           "/mappings",
                           "the file has none of the columns of the profile; its columns are: %s",
                           text);
}

static bool
bind_mappings(ccd_voter_mapper *mapper, const names *columns, cc_error_list *reterr)
{
  const cc_voter_profile *profile = mapper->profile;
  for (size_t i = 0; i < profile->n_mappings; i++) {
    bool found = false;
    const cc_voter_mapping *m = profile->mappings[i];
    if (!bind_mapping(mapper, m, columns, &found))
      return false;
    mapper->residence |=
      found && (m->field == CC_VOTER_RESIDENCE_LINE || m->field == CC_VOTER_RESIDENCE_STREET);
    mapper->own |= found && m->field == CC_VOTER_NUMBER;
    char pointer[40];
    (void) snprintf(pointer, sizeof pointer, "/mappings/%zu", i);
    if (!found && m->required)
      (void) cc_error_list_add(reterr,
                               "missing_column",
                               pointer,
                               "the file has no column for %s",
                               cc_voter_field_enum.names[m->field - 1]);
  }
  if (mapper->n_steps == 0 && reterr->n == 0)
    add_no_columns_error(columns, reterr);
  return true;
}

static bool
allocate_pairs(ccd_voter_mapper *mapper)
{
  mapper->pairs_room = mapper->n_steps + SEVERAL_MAX;
  for (size_t i = 0; i < CC_N(mapper->pairs); i++) {
    mapper->pairs[i] = cc_arena_alloc(mapper->kept, mapper->pairs_room * sizeof *mapper->pairs[i]);
    if (mapper->pairs[i] == NULL)
      return false;
  }
  return true;
}

static cc_status
bind_columns(ccd_voter_mapper *mapper, const names *columns, cc_error_list *reterr)
{
  const cc_voter_profile *profile = mapper->profile;
  size_t before = reterr->n;
  size_t most = profile->n_mappings;
  for (size_t i = 0; i < profile->n_mappings; i++)
    most += takes_each(profile->mappings[i]) ? columns->n : 0;
  mapper->steps = cc_arena_alloc(mapper->kept, (most + 1) * sizeof *mapper->steps);
  bool fits = mapper->steps != NULL && begin_uses(mapper, columns) && bind_marks(mapper, columns) &&
              bind_mappings(mapper, columns, reterr) && allocate_pairs(mapper);
  if (!fits)
    return CC_ERR_NO_MEMORY;
  return reterr->n == before ? CC_OK : CC_ERR_INVALID;
}

static ccd_date
date_now(void)
{
  struct tm parts;
  time_t now = time(NULL);
  if (gmtime_r(&now, &parts) == NULL)
    return (ccd_date){2100, 1, 1};
  return (ccd_date){(int16_t) (parts.tm_year + 1900),
                    (uint8_t) (parts.tm_mon + 1),
                    (uint8_t) parts.tm_mday};
}

/* If the profile has a layout, use the names of the layout as column names, because files with a
 * layout have no header. */
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
  mapper->today = date_now();
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
