/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects, over all files of an import, which field each column fills and how many values were
 * imported; see ccd-import-columns.h. */
#include "server/voters/ccd-import-columns.h"

#include <inttypes.h>
#include <string.h>

#include "server/voters/ccd-profile.h"

static ccd_voter_use *
find_use(const ccd_import_columns *columns, const char *name)
{
  for (size_t i = 0; i < columns->n; i++) {
    if (strcmp(columns->uses[i].name, name) == 0)
      return &columns->uses[i];
  }
  return NULL;
}

static bool
grow_uses(ccd_import_columns *columns, size_t n, cc_arena *arena)
{
  if (columns->n + n <= columns->room)
    return true;
  size_t room = columns->room * 2 + n;
  ccd_voter_use *more = cc_arena_alloc(arena, room * sizeof *more);
  if (more == NULL)
    return false;
  if (columns->n > 0)
    memcpy(more, columns->uses, columns->n * sizeof *more);
  columns->uses = more;
  columns->room = room;
  return true;
}

/* Append the column @use to the list. If the list already has a column with this name, only add
 * the counts to that entry. The list must have space for one more entry. Returns the entry; NULL
 * when out of memory. */
static const ccd_voter_use *
add_use(ccd_import_columns *columns, const ccd_voter_use *use, cc_arena *arena)
{
  ccd_voter_use *here = find_use(columns, use->name);
  if (here == NULL) {
    here = &columns->uses[columns->n++];
    *here = *use;
    here->values = here->lost = 0;
    here->name = cc_arena_strdup(arena, use->name);
    here->key = use->key != NULL ? cc_arena_strdup(arena, use->key) : NULL;
    if (here->name == NULL || (use->key != NULL && here->key == NULL))
      return NULL;
  }
  here->values += use->values;
  here->lost += use->lost;
  return here;
}

/* Report the columns that the profile uses and the file does not have: perhaps the profile was
 * made for another file. Called only for the organization's own profiles, because shipped
 * profiles cover many variants of a file. */
static cc_status
note_missing(const ccd_voter_mapper *mapper,
             const cc_voter_profile *profile,
             ccd_import_findings *findings,
             cc_arena *arena)
{
  size_t n = 0;
  const ccd_voter_use *uses = ccd_voter_mapper_uses(mapper, &n);
  for (size_t i = 0; i < profile->n_mappings; i++) {
    const cc_strings *names = &profile->mappings[i]->columns;
    for (size_t k = 0; k < names->n; k++) {
      size_t at = 0;
      while (at < n && !ccd_column_same(uses[at].name, names->items[k]))
        at++;
      const char *name = at == n ? cc_arena_strdup(arena, names->items[k]) : NULL;
      if (at == n && name == NULL)
        return CC_ERR_NO_MEMORY;
      if (at == n)
        ccd_import_note_column(findings, "missing_column", name, 1);
    }
  }
  return CC_OK;
}

cc_status
ccd_import_columns_add(ccd_import_columns *columns,
                       const ccd_voter_mapper *mapper,
                       const cc_voter_profile *profile,
                       bool own,
                       ccd_import_findings *findings,
                       cc_arena *arena)
{
  size_t n = 0;
  const ccd_voter_use *uses = ccd_voter_mapper_uses(mapper, &n);
  if (!grow_uses(columns, n, arena))
    return CC_ERR_NO_MEMORY;
  for (size_t i = 0; i < n; i++) {
    const ccd_voter_use *kept = add_use(columns, &uses[i], arena);
    if (kept == NULL)
      return CC_ERR_NO_MEMORY;
    if (uses[i].field == 0 && !uses[i].mark && !uses[i].ignored && uses[i].values > 0)
      ccd_import_note_column(findings, "ignored_column", kept->name, uses[i].values);
  }
  return own ? note_missing(mapper, profile, findings, arena) : CC_OK;
}

static const char *
field_name(const ccd_voter_use *use)
{
  if (use->field > 0)
    return cc_voter_field_enum.names[use->field - 1];
  return use->mark ? "confidential" : "ignored";
}

void
ccd_import_columns_write(const ccd_import_columns *columns, cc_str *out)
{
  cc_str_add_char(out, '[');
  for (size_t i = 0; i < columns->n; i++) {
    const ccd_voter_use *use = &columns->uses[i];
    cc_str_add(out, i > 0 ? ",{\"name\":" : "{\"name\":");
    cc_str_add_json(out, use->name, strlen(use->name));
    cc_str_printf(out, ",\"field\":\"%s\",\"key\":", field_name(use));
    if (use->key != NULL)
      cc_str_add_json(out, use->key, strlen(use->key));
    else
      cc_str_add(out, "null");
    cc_str_printf(out, ",\"values\":%" PRId64 ",\"lost\":%" PRId64 "}", use->values, use->lost);
  }
  cc_str_add_char(out, ']');
}
