/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps a row to a voter: cleans the text of the cells and passes it to the steps of the mapper.
 * ccd-voter-values.c interprets the values. */
#include "server/voters/ccd-voter-row.h"

#include <string.h>
#include <strings.h>

#include "server/voters/ccd-clean.h"
#include "server/voters/ccd-profile.h"
#include "server/voters/ccd-voter-row-private.h"

static bool
same_text(ccd_slice text, const char *other)
{
  return strncasecmp(text.text, other, text.length) == 0 && other[text.length] == '\0';
}

static bool
in_list(ccd_slice text, const cc_strings *list)
{
  for (size_t i = 0; i < list->n && text.length > 0; i++) {
    if (same_text(text, list->items[i]))
      return true;
  }
  return false;
}

/* --- text --- */

char *
voter_room(voter_work *w, size_t n)
{
  char *text = cc_arena_text(w->mapper->text, n + 1);
  w->full |= text == NULL;
  return text;
}

static ccd_slice
clean_text(voter_work *w, ccd_slice text, unsigned *ret_found)
{
  ccd_slice made = {NULL, 0};
  w->full |= ccd_clean_text(text, w->mapper->own, w->mapper->text, ret_found, &made) != CC_OK;
  return made;
}

/* --- cells --- */

/* Returns the translation of the value by the mapping's "codes"; NULL when "codes" does not
 * contain the value. */
static const char *
translate_code(const cc_voter_mapping *mapping, ccd_slice text)
{
  for (size_t i = 0; i < mapping->n_codes; i++) {
    if (in_list(text, &mapping->codes[i]->from))
      return mapping->codes[i]->to;
  }
  return NULL;
}

static bool
is_name(int field)
{
  return field == CC_VOTER_FIRST_NAME || field == CC_VOTER_MIDDLE_NAME ||
         field == CC_VOTER_LAST_NAME;
}

static bool
has_letter(ccd_slice text)
{
  for (size_t i = 0; i < text.length; i++) {
    if ((text.text[i] | 0x20) >= 'a' && (text.text[i] | 0x20) <= 'z')
      return true;
  }
  return false;
}

/* Returns whether the value is one of the profile's blank_values. There are two exceptions. A
 * value that the mapping translates is not blank: "REMOVED" may stand for a hidden address, but
 * is also a status. A name with a letter is not blank, because there are persons with the name
 * "Null". */
static bool
is_blank_value(const voter_work *w, ccd_slice text)
{
  const cc_voter_mapping *mapping = w->step->mapping;
  return in_list(text, &w->mapper->profile->blank_values) &&
         translate_code(mapping, text) == NULL && !(is_name(mapping->field) && has_letter(text));
}

/* Add a problem with a value to the row. The row is imported nevertheless. */
static void
add_problem(voter_work *w, const char *code, ccd_slice value)
{
  if (w->ret->n_problems == CCD_VOTER_PROBLEMS_MAX)
    return;
  w->ret->problems[w->ret->n_problems++] = (ccd_voter_problem){
    .field = w->step != NULL ? (cc_voter_field) w->step->mapping->field : w->about,
    .column = w->step != NULL && w->step->n == 1 ? w->step->columns[0] + 1 : 0,
    .code = code,
    .value = value,
  };
}

void
voter_problem(voter_work *w, const char *code, ccd_slice value)
{
  if (w->step != NULL && w->step->n == 1)
    w->mapper->uses[w->step->columns[0]].lost++;
  add_problem(w, code, value);
}

/* Returns the cleaned text of a cell; empty if the text is one of the profile's blank_values. */
static ccd_slice
column_text(voter_work *w, int column)
{
  if ((size_t) column >= w->row->n)
    return (ccd_slice){NULL, 0};
  unsigned found = 0;
  ccd_slice text = clean_text(w, w->row->fields[column], &found);
  if ((found & CCD_CLEAN_MENDED) != 0)
    add_problem(w, "mended_text", text);
  if ((found & CCD_CLEAN_LOST) != 0)
    add_problem(w, "lost_text", text);
  return is_blank_value(w, text) ? (ccd_slice){NULL, 0} : text;
}

/* Returns the cells of the step's columns, joined with the separator of the mapping. */
static ccd_slice
joined_text(voter_work *w)
{
  ccd_slice parts[20];
  size_t n = 0, length = 0;
  const char *separator = w->step->mapping->separator != NULL ? w->step->mapping->separator : " ";
  for (size_t i = 0; i < w->step->n && n < CC_N(parts); i++) {
    parts[n] = column_text(w, w->step->columns[i]);
    length += parts[n].length + strlen(separator);
    n += parts[n].length > 0;
  }
  if (n < 2)
    return n == 1 ? parts[0] : (ccd_slice){NULL, 0};
  char *text = voter_room(w, length);
  if (text == NULL)
    return (ccd_slice){NULL, 0};
  char *out = text;
  for (size_t i = 0; i < n; i++) {
    if (i > 0)
      out = stpcpy(out, separator);
    memcpy(out, parts[i].text, parts[i].length);
    out += parts[i].length;
  }
  return (ccd_slice){text, (size_t) (out - text)};
}

static ccd_slice
decode_value(const cc_voter_mapping *mapping, ccd_slice text)
{
  const char *to = translate_code(mapping, text);
  return to != NULL ? ccd_slice_of(to) : text;
}

/* Store each value of a cell that contains several, separated by @between. Each value is cleaned
 * separately, because cleaning the whole cell would remove a separator such as a line end. */
static void
store_several(voter_work *w, ccd_slice cell, const char *between)
{
  while (cell.length > 0) {
    const char *end = memmem(cell.text, cell.length, between, strlen(between));
    size_t n = end != NULL ? (size_t) (end - cell.text) : cell.length;
    ccd_slice text = clean_text(w, (ccd_slice){cell.text, n}, NULL);
    if (text.length > 0 && !is_blank_value(w, text))
      voter_take(w, decode_value(w->step->mapping, text));
    n += end != NULL ? strlen(between) : 0;
    cell.text += n;
    cell.length -= n;
  }
}

static bool
is_empty(ccd_slice text)
{
  for (size_t i = 0; i < text.length; i++) {
    if ((unsigned char) text.text[i] > ' ')
      return false;
  }
  return true;
}

static void
run_step(voter_work *w)
{
  const voter_step *step = w->step;
  bool whole = step->n == 1 && (size_t) step->columns[0] < w->row->n;
  if (whole && step->mapping->split != NULL) {
    store_several(w, w->row->fields[step->columns[0]], step->mapping->split);
    return;
  }
  if (whole && step->mapping->json) {
    ccd_slice json = w->row->fields[step->columns[0]];
    if (!is_empty(json))
      voter_take(w, json);
    return;
  }
  ccd_slice text = step->n == 1 ? column_text(w, step->columns[0]) : joined_text(w);
  if (text.length > 0)
    voter_take(w, decode_value(step->mapping, text));
}

/* --- rows --- */

static void
count_cells(ccd_voter_mapper *mapper, const ccd_table_row *row)
{
  for (size_t i = 0; i < row->n && i < mapper->n_uses; i++) {
    ccd_voter_use *use = &mapper->uses[i];
    if (is_empty(row->fields[i]))
      continue;
    use->values++;
    use->lost += use->field == 0 && !use->mark;
  }
}

static bool
is_confidential(voter_work *w)
{
  for (size_t i = 0; i < w->mapper->n_marks; i++) {
    const voter_mark *m = &w->mapper->marks[i];
    if (m->column >= 0 && (size_t) m->column < w->row->n &&
        in_list(clean_text(w, w->row->fields[m->column], NULL), m->values))
      return true;
  }
  return false;
}

bool
ccd_voter_is_header(const ccd_voter_mapper *mapper, const ccd_table_row *row)
{
  size_t same = 0;
  for (size_t i = 0; i < row->n && i < mapper->n_uses; i++) {
    char text[101];
    ccd_slice field = row->fields[i];
    if (is_empty(field))
      continue;
    if (field.length >= sizeof text)
      return false;
    memcpy(text, field.text, field.length);
    text[field.length] = '\0';
    if (!ccd_column_same(text, mapper->uses[i].name))
      return false;
    same++;
  }
  return same >= 2;
}

cc_status
ccd_voter_map(ccd_voter_mapper *mapper, const ccd_table_row *row, ccd_voter_row *ret)
{
  cc_arena_clear(mapper->text);
  *ret = (ccd_voter_row){
    .districts = mapper->pairs[0],
    .history = mapper->pairs[1],
    .custom = mapper->pairs[2],
    .others = mapper->pairs[3],
  };
  voter_work w = {.mapper = mapper, .row = row, .ret = ret};
  count_cells(mapper, row);
  ret->confidential = is_confidential(&w);
  for (size_t i = 0; i < mapper->n_steps; i++) {
    w.step = &mapper->steps[i];
    run_step(&w);
  }
  w.step = NULL;
  voter_finish(&w);
  return w.full ? CC_ERR_NO_MEMORY : CC_OK;
}
