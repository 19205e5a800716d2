/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/voters/ccd-voter-row.h"

#include <string.h>
#include <strings.h>

#include "server/voters/ccd-date.h"
#include "server/voters/ccd-residence.h"
#include "server/voters/ccd-voter-column.h"
#include "server/voters/ccd-voter-row-private.h"

#define RESIDENCE_LINES_MAX 8

/* A row on its way. */
typedef struct work {
  ccd_voter_mapper *mapper;
  const ccd_table_row *row;
  const voter_step *step;
  ccd_voter_row *ret;
  ccd_slice lines[RESIDENCE_LINES_MAX];
  size_t n_lines;
  bool full; /* the arena is */
} work;

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

static bool
is_blank(char c)
{
  return (unsigned char) c <= ' ' || c == 0x7F;
}

static ccd_slice
trim_slice(ccd_slice text)
{
  while (text.length > 0 && is_blank(text.text[0])) {
    text.text++;
    text.length--;
  }
  while (text.length > 0 && is_blank(text.text[text.length - 1]))
    text.length--;
  return text;
}

static char *
take_room(work *w, size_t n)
{
  char *text = cc_arena_text(w->mapper->text, n + 1);
  w->full |= text == NULL;
  return text;
}

/* Trimmed, and each run of blanks and control characters as one blank. Copies only if it has to. */
static ccd_slice
clean_text(work *w, ccd_slice text)
{
  text = trim_slice(text);
  size_t i = 0;
  while (i < text.length &&
         (!is_blank(text.text[i]) || (text.text[i] == ' ' && text.text[i + 1] != ' ')))
    i++;
  if (i == text.length)
    return text;
  char *out = take_room(w, text.length);
  if (out == NULL)
    return (ccd_slice){NULL, 0};
  memcpy(out, text.text, i);
  size_t n = i;
  for (; i < text.length; i++) {
    if (!is_blank(text.text[i]))
      out[n++] = text.text[i];
    else if (n > 0 && out[n - 1] != ' ')
      out[n++] = ' ';
  }
  return (ccd_slice){out, n};
}

/* What the mapping says that a value of the file means; NULL: nothing. */
static const char *
mapped_meaning(const cc_voter_mapping *mapping, ccd_slice text)
{
  for (size_t i = 0; i < mapping->n_codes; i++) {
    if (in_list(text, &mapping->codes[i]->from))
      return mapping->codes[i]->to;
  }
  return NULL;
}

/* A value that means something here is none of the blank ones: REMOVED hides an address, and is a
 * status. */
static ccd_slice
column_text(work *w, int column)
{
  if (column < 0 || (size_t) column >= w->row->n)
    return (ccd_slice){NULL, 0};
  ccd_slice text = clean_text(w, w->row->fields[column]);
  bool blank = in_list(text, &w->mapper->profile->blank_values) &&
               mapped_meaning(w->step->mapping, text) == NULL;
  return blank ? (ccd_slice){NULL, 0} : text;
}

static ccd_slice
joined_text(work *w)
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
  char *text = take_room(w, length);
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

static void
add_problem(work *w, const char *code, ccd_slice value)
{
  if (w->ret->n_problems == CCD_VOTER_PROBLEMS_MAX)
    return;
  w->ret->problems[w->ret->n_problems++] = (ccd_voter_problem){
    .field = (cc_voter_field) w->step->mapping->field,
    .column = w->step->n == 1 ? w->step->columns[0] + 1 : 0,
    .code = code,
    .value = value,
  };
}

static void
take_date(work *w, ccd_slice text, ccd_date *ret)
{
  if (!ccd_date_parse(text, w->step->mapping->date, w->mapper->pivot, ret))
    add_problem(w, "bad_date", text);
}

/* A birth date outranks a year of birth. */
static void
take_birth(work *w, ccd_slice text)
{
  ccd_date date = {0};
  if (w->step->mapping->field == CC_VOTER_BIRTH_DATE)
    take_date(w, text, &date);
  else if (!ccd_date_parse(text, CC_DATE_YEAR, w->mapper->pivot, &date))
    add_problem(w, "bad_date", text);
  if (date.year != 0 && (w->ret->birth.year == 0 || date.month != 0))
    w->ret->birth = date;
}

static void
take_status(work *w, ccd_slice text)
{
  for (size_t i = 0; i < cc_registration_status_enum.n; i++) {
    if (same_text(text, cc_registration_status_enum.names[i]))
      w->ret->registration_status = (int) i + 1;
  }
  if (w->ret->registration_status == 0)
    add_problem(w, "unknown_status", text);
}

/* Digits of @text into @digits; how many there are, or @max + 1. */
static size_t
only_digits(ccd_slice text, char *digits, size_t max)
{
  size_t n = 0;
  for (size_t i = 0; i < text.length; i++) {
    if (text.text[i] < '0' || text.text[i] > '9')
      continue;
    if (n == max)
      return max + 1;
    digits[n++] = text.text[i];
  }
  return n;
}

static ccd_slice
keep_value(work *w, const char *text, size_t n)
{
  char *copy = take_room(w, n);
  if (copy == NULL)
    return (ccd_slice){NULL, 0};
  memcpy(copy, text, n);
  return (ccd_slice){copy, n};
}

/* Five digits, nine, and both without their leading zero, which spreadsheets eat; "27030.0". */
static void
take_zip(work *w, ccd_slice text)
{
  char digits[10] = "0";
  ccd_slice number = text;
  if (number.length > 2 && memcmp(number.text + number.length - 2, ".0", 2) == 0)
    number.length -= 2;
  size_t n = only_digits(number, digits + 1, 9);
  char *first = n == 4 || n == 8 ? digits : digits + 1;
  if (n != 4 && n != 5 && n != 8 && n != 9) {
    add_problem(w, "bad_zip", text);
    return;
  }
  w->ret->zip5 = keep_value(w, first, 5);
  if (n >= 8 && memcmp(first + 5, "0000", 4) != 0)
    w->ret->zip4 = keep_value(w, first + 5, 4);
}

static void
take_phone(work *w, ccd_slice text)
{
  char digits[18] = "+1";
  size_t n = only_digits(text, digits + 2, 15);
  char *number = digits;
  bool national = n == 10 && digits[2] >= '2';
  bool long_form = n == 11 && digits[2] == '1' && digits[3] >= '2';
  bool foreign = text.text[0] == '+' && n >= 7 && n <= 15 && !long_form;
  if (!national)
    number = digits + 1;
  if (!national && !long_form && !foreign) {
    add_problem(w, "bad_phone", text);
    return;
  }
  number[0] = '+';
  if (w->ret->n_phones == CCD_VOTER_PHONES_MAX)
    add_problem(w, "too_many", text);
  else
    w->ret->phones[w->ret->n_phones++] = keep_value(w, number, national ? 12 : n + 1);
}

static void
take_email(work *w, ccd_slice text)
{
  const char *code, *message, *hint;
  if (!cc_format_check(CC_FORMAT_EMAIL, text.text, text.length, &code, &message, &hint))
    add_problem(w, "bad_email", text);
  else if (w->ret->n_emails == CCD_VOTER_EMAILS_MAX)
    add_problem(w, "too_many", text);
  else
    w->ret->emails[w->ret->n_emails++] = text;
}

static void
take_mailing_line(work *w, ccd_slice text)
{
  if (w->ret->n_mailing == CCD_VOTER_LINES_MAX)
    add_problem(w, "too_many", text);
  else
    w->ret->mailing[w->ret->n_mailing++] = text;
}

static void
take_sex(work *w, ccd_slice text)
{
  char c = text.text[0] >= 'a' ? (char) (text.text[0] - 'a' + 'A') : text.text[0];
  w->ret->sex = text.length == 1 && (c == 'F' || c == 'M' || c == 'X') ? c : '\0';
}

/* Text as it is. NULL: the field is no plain text. */
static ccd_slice *
plain_member(ccd_voter_row *row, cc_voter_field field)
{
  ccd_slice *const members[_CC_VOTER_FIELD_MAX] = {
    [CC_VOTER_STATE_ID] = &row->state_id,
    [CC_VOTER_FIRST_NAME] = &row->first_name,
    [CC_VOTER_MIDDLE_NAME] = &row->middle_name,
    [CC_VOTER_LAST_NAME] = &row->last_name,
    [CC_VOTER_SUFFIX] = &row->suffix,
    [CC_VOTER_PARTY] = &row->party,
    [CC_VOTER_RESIDENCE_CITY] = &row->city,
    [CC_VOTER_RESIDENCE_STATE] = &row->state,
    [CC_VOTER_RESIDENCE_ZIP4] = &row->zip4,
    [CC_VOTER_MAILING_CITY] = &row->mailing_city,
    [CC_VOTER_MAILING_STATE] = &row->mailing_state,
    [CC_VOTER_MAILING_ZIP] = &row->mailing_zip,
    [CC_VOTER_MAILING_COUNTRY] = &row->mailing_country,
    [CC_VOTER_PRECINCT] = &row->precinct,
  };
  return members[field];
}

/* A column that has no member: held against its field, since the database takes no other text. */
static void
take_other(work *w, ccd_slice text)
{
  const cc_field *field = w->step->other;
  if (field->format == CC_FORMAT_DATE) {
    ccd_date date = {0};
    char day[11];
    take_date(w, text, &date);
    ccd_date_format(date, day);
    text = date.month > 0 ? keep_value(w, day, strlen(day)) : (ccd_slice){NULL, 0};
  } else if (!ccd_voter_column_value(field, &text)) {
    add_problem(w, "bad_value", text);
    return;
  }
  if (text.length > 0)
    w->ret->others[w->ret->n_others++] = (ccd_voter_pair){field->name, text};
}

static void
take_text(work *w, ccd_slice text)
{
  ccd_voter_row *ret = w->ret;
  cc_voter_field field = (cc_voter_field) w->step->mapping->field;
  ccd_voter_pair pair = {w->step->key, text};
  switch ((int) field) {
  case CC_VOTER_BIRTH_DATE:
  case CC_VOTER_BIRTH_YEAR:
    take_birth(w, text);
    break;
  case CC_VOTER_REGISTERED_ON:
    take_date(w, text, &ret->registered_on);
    break;
  case CC_VOTER_SEX:
    take_sex(w, text);
    break;
  case CC_VOTER_REGISTRATION_STATUS:
    take_status(w, text);
    break;
  case CC_VOTER_RESIDENCE_LINE:
    if (w->n_lines < RESIDENCE_LINES_MAX)
      w->lines[w->n_lines++] = text;
    break;
  case CC_VOTER_RESIDENCE_ZIP:
    take_zip(w, text);
    break;
  case CC_VOTER_MAILING_LINE:
    take_mailing_line(w, text);
    break;
  case CC_VOTER_PHONE:
    take_phone(w, text);
    break;
  case CC_VOTER_EMAIL:
    take_email(w, text);
    break;
  case CC_VOTER_DISTRICT:
    ret->districts[ret->n_districts++] = pair;
    break;
  case CC_VOTER_HISTORY:
    ret->history[ret->n_history++] = pair;
    break;
  case CC_VOTER_CUSTOM:
    ret->custom[ret->n_custom++] = pair;
    break;
  case CC_VOTER_COLUMN:
    take_other(w, text);
    break;
  default:
    *plain_member(ret, field) = text;
  }
}

static ccd_slice
decode_value(const cc_voter_mapping *mapping, ccd_slice text)
{
  const char *to = mapped_meaning(mapping, text);
  return to != NULL ? (ccd_slice){to, strlen(to)} : text;
}

static bool
is_confidential(work *w)
{
  for (size_t i = 0; i < w->mapper->n_marks; i++) {
    const voter_mark *m = &w->mapper->marks[i];
    if (m->column >= 0 && (size_t) m->column < w->row->n &&
        in_list(trim_slice(w->row->fields[m->column]), m->values))
      return true;
  }
  return false;
}

static cc_status
take_address(work *w)
{
  ccd_slice line = w->n_lines > 0 ? w->lines[0] : (ccd_slice){NULL, 0};
  if (w->n_lines > 1) {
    size_t length = 0;
    for (size_t i = 0; i < w->n_lines; i++)
      length += w->lines[i].length + 1;
    char *text = take_room(w, length);
    if (text == NULL)
      return CC_ERR_NO_MEMORY;
    line = (ccd_slice){text, 0};
    for (size_t i = 0; i < w->n_lines; i++) {
      if (i > 0)
        text[line.length++] = ' ';
      memcpy(text + line.length, w->lines[i].text, w->lines[i].length);
      line.length += w->lines[i].length;
    }
  }
  if (line.length == 0)
    return CC_OK;
  const ccd_residence given = {.line = line, .zip5 = w->ret->zip5, .city = w->ret->city};
  return ccd_residence_parse(&given, w->mapper->text, &w->ret->residence, NULL);
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
  work w = {.mapper = mapper, .row = row, .ret = ret};
  ret->confidential = is_confidential(&w);
  for (size_t i = 0; i < mapper->n_steps; i++) {
    w.step = &mapper->steps[i];
    ccd_slice text = w.step->n == 1 ? column_text(&w, w.step->columns[0]) : joined_text(&w);
    if (text.length > 0)
      take_text(&w, decode_value(w.step->mapping, text));
  }
  cc_status status = take_address(&w);
  return w.full ? CC_ERR_NO_MEMORY : status;
}
