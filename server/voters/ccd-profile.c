/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks mapping profiles, and rates how well a profile fits a file; see ccd-profile.h. */
#include "server/voters/ccd-profile.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/codec/cc-codec.h"
#include "server/voters/ccd-date.h"
#include "server/voters/ccd-election.h"
#include "server/voters/ccd-voter-column.h"
#include "server/voters/ccd-voter-row.h"

/* Returns the next letter (in lower case), digit or non-ASCII byte of *text, and moves *text
 * after it. Other characters are skipped. Returns 0 at the end. */
static int
next_compared_byte(const char **text)
{
  for (; **text != '\0'; (*text)++) {
    char c = **text;
    bool upper = c >= 'A' && c <= 'Z';
    if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char) c >= 0x80) {
      (*text)++;
      return (unsigned char) (upper ? c - 'A' + 'a' : c);
    }
  }
  return 0;
}

bool
ccd_column_same(const char *a, const char *b)
{
  for (;;) {
    int one = next_compared_byte(&a);
    int other = next_compared_byte(&b);
    if (one != other)
      return false;
    if (one == 0)
      return true;
  }
}

bool
ccd_profile_prefix(const cc_voter_mapping *mapping, const char *column)
{
  if (strcmp(mapping->prefix, "<date>") == 0)
    return ccd_election_is_date(column);
  return strncasecmp(column, mapping->prefix, strlen(mapping->prefix)) == 0;
}

bool
ccd_profile_ignores(const cc_voter_profile *profile, const char *column)
{
  for (size_t i = 0; i < profile->ignore.n; i++) {
    const char *name = profile->ignore.items[i];
    size_t n = strlen(name);
    bool begins = n > 1 && name[n - 1] == '*' && strncasecmp(name, column, n - 1) == 0;
    if (begins || ccd_column_same(name, column))
      return true;
  }
  return false;
}

/* Returns whether a mapping to this field needs a key, such as the name of a district or
 * election. */
static bool
takes_key(int field)
{
  return field == CC_VOTER_DISTRICT || field == CC_VOTER_HISTORY || field == CC_VOTER_CUSTOM ||
         field == CC_VOTER_COLUMN;
}

/* Returns whether several mappings may fill the field. */
static bool
takes_several(int field)
{
  return takes_key(field) || field == CC_VOTER_RESIDENCE_LINE || field == CC_VOTER_MAILING_LINE ||
         field == CC_VOTER_PHONE || field == CC_VOTER_EMAIL;
}

static bool
in_names(const cc_enum *names, const char *text)
{
  for (size_t i = 0; i < names->n; i++) {
    if (strcmp(names->names[i], text) == 0)
      return true;
  }
  return false;
}

typedef struct checker {
  const cc_voter_profile *profile;
  const char *prefix;
  cc_error_list *errors;
  char pointer[96];
} checker;

static const char *
mapping_pointer(checker *c, const char *list, size_t index, const char *member)
{
  (void) snprintf(c->pointer,
                  sizeof c->pointer,
                  "%s/%s/%zu%s%s",
                  c->prefix,
                  list,
                  index,
                  member[0] != '\0' ? "/" : "",
                  member);
  return c->pointer;
}

static void
add_wrong(checker *c, size_t mapping, const char *member, const char *code, const char *text)
{
  (void)
    cc_error_list_add(c->errors, code, mapping_pointer(c, "mappings", mapping, member), "%s", text);
}

static void
check_codes(checker *c, size_t i)
{
  static const char *const sex_names[] = {"F", "M", "X"};
  static const cc_enum sexes = {sex_names, CC_N(sex_names)};
  const cc_voter_mapping *mapping = c->profile->mappings[i];
  const cc_enum *names = mapping->field == CC_VOTER_REGISTRATION_STATUS
                           ? &cc_registration_status_enum
                         : mapping->field == CC_VOTER_SEX ? &sexes
                                                          : NULL;
  for (size_t k = 0; k < mapping->n_codes && names != NULL; k++) {
    char member[40];
    (void) snprintf(member, sizeof member, "codes/%zu/to", k);
    if (!in_names(names, mapping->codes[k]->to))
      add_wrong(c,
                i,
                member,
                "unknown_value",
                names == &sexes ? "must be F, M or X"
                                : "must be active, inactive, pending or removed");
  }
}

/* Check that the mapping has a key exactly when its field needs one. */
static void
check_key(checker *c, size_t i)
{
  const cc_voter_mapping *m = c->profile->mappings[i];
  bool keyless = m->prefix != NULL || m->json || m->names_election;
  if (takes_key(m->field) && m->key == NULL && !keyless)
    add_wrong(c, i, "key", "required", "must name the district, election, custom field or column");
  if (m->key != NULL && (!takes_key(m->field) || keyless))
    add_wrong(c,
              i,
              "key",
              "not_here",
              "is only allowed for the fields district, history, custom and column, and only "
              "without prefix, json and names_election");
  if (m->field == CC_VOTER_COLUMN && m->key != NULL && ccd_voter_other_column(m->key) == NULL)
    add_wrong(c,
              i,
              "key",
              "unknown_column",
              "must be a column of the voter that no other field fills");
}

/* Check the options of a mapping for reading a cell: split, json and names_election. */
static void
check_cell(checker *c, size_t i)
{
  const cc_voter_mapping *m = c->profile->mappings[i];
  bool several = m->field == CC_VOTER_PHONE || m->field == CC_VOTER_EMAIL ||
                 m->field == CC_VOTER_MAILING_LINE ||
                 (m->field == CC_VOTER_HISTORY && m->names_election);
  bool pairs =
    m->field == CC_VOTER_DISTRICT || m->field == CC_VOTER_HISTORY || m->field == CC_VOTER_CUSTOM;
  if (m->split != NULL && (!several || m->columns.n > 1))
    add_wrong(c,
              i,
              "split",
              "not_here",
              "is only allowed for a single column of the field phone, email, mailing_line, or "
              "history with names_election");
  if (m->json && (!pairs || m->columns.n != 1))
    add_wrong(c,
              i,
              "json",
              "not_here",
              "is only allowed for a single column of the field district, history or custom");
  if (m->names_election && (m->field != CC_VOTER_HISTORY || m->json))
    add_wrong(c,
              i,
              "names_election",
              "not_here",
              "is only allowed for the field history, without json");
}

static void
check_once(checker *c, size_t i)
{
  const cc_voter_mapping *m = c->profile->mappings[i];
  for (size_t k = 0; k < i; k++) {
    const cc_voter_mapping *other = c->profile->mappings[k];
    bool keys = m->key != NULL && other->key != NULL && strcmp(m->key, other->key) == 0;
    if (other->field == m->field && (!takes_several(m->field) || keys)) {
      add_wrong(c,
                i,
                keys ? "key" : "field",
                "duplicate",
                "is already filled by an earlier mapping");
      return;
    }
  }
}

static void
check_mapping(checker *c, size_t i)
{
  const cc_voter_mapping *m = c->profile->mappings[i];
  int sources = (m->columns.n > 0) + (m->any.n > 0) + (m->prefix != NULL);
  if (sources != 1)
    add_wrong(c, i, "", "one_source", "must have exactly one of columns, any and prefix");
  if (m->prefix != NULL && m->field != CC_VOTER_HISTORY && m->field != CC_VOTER_CUSTOM)
    add_wrong(c, i, "prefix", "not_here", "is only allowed for the fields history and custom");
  check_key(c, i);
  check_cell(c, i);
  check_codes(c, i);
  check_once(c, i);
}

static bool
in_layout(const cc_voter_format *format, const char *name)
{
  for (size_t i = 0; i < format->n_layout; i++) {
    if (ccd_column_same(format->layout[i]->name, name))
      return true;
  }
  return false;
}

/* Check that the profile's layout has all columns that the profile uses. Without a layout this
 * cannot be checked, because the column names are in the header of the file. */
static void
check_references(checker *c)
{
  const cc_voter_format *format = c->profile->format;
  for (size_t i = 0; i < c->profile->n_mappings; i++) {
    const cc_voter_mapping *m = c->profile->mappings[i];
    for (size_t k = 0; k < m->columns.n; k++) {
      char member[40];
      (void) snprintf(member, sizeof member, "columns/%zu", k);
      if (!in_layout(format, m->columns.items[k]))
        add_wrong(c, i, member, "unknown_column", "is not a column of the layout");
    }
  }
  for (size_t i = 0; i < c->profile->n_confidential; i++) {
    if (!in_layout(format, c->profile->confidential[i]->column))
      (void) cc_error_list_add(c->errors,
                               "unknown_column",
                               mapping_pointer(c, "confidential", i, "column"),
                               "is not a column of the layout");
  }
}

static void
check_format(checker *c)
{
  const cc_voter_format *format = c->profile->format;
  bool fixed = format->delimiter == CC_TABLE_FIXED_WIDTH;
  char pointer[96];
  (void) snprintf(pointer, sizeof pointer, "%s/format/layout", c->prefix);
  if (fixed && format->n_layout == 0)
    (void) cc_error_list_add(c->errors, "required", pointer, "is required for fixed width");
  (void) snprintf(pointer, sizeof pointer, "%s/format/header", c->prefix);
  if ((fixed || format->n_layout > 0) && format->header)
    (void)
      cc_error_list_add(c->errors, "not_here", pointer, "must be false when there is a layout");
  for (size_t i = 0; i < format->n_layout && fixed; i++) {
    if (format->layout[i]->width < 1)
      (void) cc_error_list_add(c->errors,
                               "too_small",
                               mapping_pointer(c, "format/layout", i, "width"),
                               "must be at least 1");
  }
  if (format->n_layout > 0)
    check_references(c);
}

cc_status
ccd_profile_check(const cc_voter_profile *profile, const char *prefix, cc_error_list *reterr)
{
  checker c = {.profile = profile, .prefix = prefix, .errors = reterr};
  size_t before = reterr->n;
  for (size_t i = 0; i < profile->n_mappings; i++)
    check_mapping(&c, i);
  if (profile->format != NULL)
    check_format(&c);
  return reterr->n == before ? CC_OK : CC_ERR_INVALID;
}

cc_status
ccd_profile_parse(const char *json,
                  size_t length,
                  cc_arena *arena,
                  cc_voter_profile **ret,
                  cc_error_list *reterr)
{
  void *decoded = NULL;
  cc_status status = cc_decode(&cc_voter_profile_type,
                               json,
                               length,
                               CC_MODE_CREATE,
                               arena,
                               &decoded,
                               /* ret_present= */ NULL,
                               reterr);
  if (status == CC_OK)
    status = ccd_profile_check(decoded, "", reterr);
  if (status == CC_OK)
    *ret = decoded;
  return status;
}

const ccd_shipped_profile *
ccd_profile_shipped(const char *key)
{
  for (const ccd_shipped_profile *each = ccd_shipped_profiles; each->key != NULL; each++) {
    if (strcmp(each->key, key) == 0)
      return each;
  }
  return NULL;
}

cc_status
ccd_profile_format(const cc_voter_profile *profile,
                   const ccd_table_guess *guess,
                   cc_arena *arena,
                   ccd_table_format *ret)
{
  static const char delimiters[] = {'\0', ',', '\t', '|', ';', '\0'};
  const cc_voter_format *format = profile->format;
  ccd_table_format made = guess != NULL
                            ? guess->format
                            : (ccd_table_format){.delimiter = ',', .quote = '"', .header = true};
  if (format == NULL) {
    *ret = made;
    return CC_OK;
  }
  /* For a file with a header, the guessed delimiter is reliable and is preferred to the
   * delimiter of the profile. The same layout may have been saved with another delimiter. */
  bool guessed = guess != NULL && format->header && guess->format.header && !guess->fixed_width &&
                 guess->n_columns > 1 && format->delimiter != CC_TABLE_FIXED_WIDTH;
  made.delimiter = guessed ? guess->format.delimiter : delimiters[format->delimiter];
  made.quote = (guessed || format->quoted) && made.delimiter != '\0' ? '"' : '\0';
  made.header = format->header;
  made.skip_lines = guessed ? guess->format.skip_lines : format->skip_lines;
  made.n_columns = format->n_layout;
  int64_t *widths = cc_arena_alloc(arena, (format->n_layout + 1) * sizeof *widths);
  if (widths == NULL)
    return CC_ERR_NO_MEMORY;
  for (size_t i = 0; i < format->n_layout; i++)
    widths[i] = format->layout[i]->width;
  made.widths = made.delimiter == '\0' ? widths : NULL;
  *ret = made;
  return CC_OK;
}

static int
guess_find(const ccd_table_guess *guess, const char *name)
{
  for (size_t i = 0; i < guess->n_columns; i++) {
    if (ccd_column_same(guess->columns[i], name))
      return (int) i;
  }
  return -1;
}

/* Set used[i] for each column i of the file that the mapping uses, by the same rules as
 * ccd-voter-mapper.c. Returns whether the file has a column that the mapping names (prefixes do not
 * count). */
static bool
mark_used(const cc_voter_mapping *m, const ccd_table_guess *guess, bool *used)
{
  bool each = m->field == CC_VOTER_PHONE || m->field == CC_VOTER_EMAIL;
  bool found = false;
  for (size_t i = 0; i < m->columns.n + m->any.n; i++) {
    bool any = i >= m->columns.n;
    if (any && found && !each)
      break;
    int at = guess_find(guess, any ? m->any.items[i - m->columns.n] : m->columns.items[i]);
    found |= at >= 0;
    if (at >= 0)
      used[at] = true;
  }
  for (size_t i = 0; i < guess->n_columns && m->prefix != NULL; i++)
    used[i] |= ccd_profile_prefix(m, guess->columns[i]);
  return found;
}

/* Rate a file with a header by the names of its columns. When two profiles cover all columns,
 * the one with exact names ("columns") is rated above the one that only lists alternatives
 * ("any"). */
static int
score_names(const cc_voter_profile *profile, const ccd_table_guess *guess)
{
  bool used[CCD_TABLE_COLUMNS_MAX] = {false};
  bool sure = false, any = false;
  size_t known = 0;
  for (size_t i = 0; i < profile->n_mappings; i++) {
    const cc_voter_mapping *m = profile->mappings[i];
    bool found = mark_used(m, guess, used);
    if (m->required && !found)
      return 0;
    sure |= m->columns.n > 0;
    any |= found;
  }
  for (size_t i = 0; i < guess->n_columns; i++)
    known += used[i] || ccd_profile_ignores(profile, guess->columns[i]);
  if (!any || guess->n_columns == 0)
    return 0;
  int share = (int) (known * 100 / guess->n_columns);
  share = share > 0 ? share : 1;
  return sure || share < 100 ? share : 99;
}

static const cc_voter_mapping *
date_mapping(const cc_voter_profile *profile, const char *column)
{
  for (size_t i = 0; i < profile->n_mappings; i++) {
    const cc_voter_mapping *m = profile->mappings[i];
    bool is_date = m->field == CC_VOTER_BIRTH_DATE || m->field == CC_VOTER_REGISTERED_ON;
    if (is_date && m->columns.n == 1 && ccd_column_same(m->columns.items[0], column))
      return m;
  }
  return NULL;
}

/* Rate a file without a header. The number of columns must equal that of the layout, and the
 * values of date columns must be valid dates. */
static int
score_layout(const cc_voter_profile *profile, const ccd_table_guess *guess)
{
  const cc_voter_format *format = profile->format;
  int64_t dates = 0, good = 0;
  if (guess->n_columns != format->n_layout || guess->n_rows == 0)
    return 0;
  for (size_t k = 0; k < format->n_layout; k++) {
    const cc_voter_mapping *m = date_mapping(profile, format->layout[k]->name);
    for (size_t i = 0; i < guess->n_rows && m != NULL; i++) {
      const char *text = guess->rows[i][k];
      ccd_date date;
      if (text[strspn(text, " *")] == '\0')
        continue;
      dates++;
      good += ccd_date_parse((ccd_slice){text, strlen(text)}, m->date, 30, &date);
    }
  }
  return dates > 0 ? (int) (good * 90 / dates) : 40;
}

static int
score_fixed(const cc_voter_profile *profile, const ccd_table_guess *guess)
{
  int64_t sum = 0;
  for (size_t i = 0; i < profile->format->n_layout; i++)
    sum += profile->format->layout[i]->width;
  return guess->line_length == sum ? 80 : 0;
}

int
ccd_profile_score(const cc_voter_profile *profile, const ccd_table_guess *guess)
{
  const cc_voter_format *format = profile->format;
  bool fixed = format != NULL && format->delimiter == CC_TABLE_FIXED_WIDTH;
  if (fixed != guess->fixed_width)
    return 0;
  if (fixed)
    return score_fixed(profile, guess);
  if (format != NULL && !format->header && format->n_layout > 0)
    return guess->format.header ? 0 : score_layout(profile, guess);
  return guess->format.header ? score_names(profile, guess) : 0;
}
