/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interprets the values of a row: dates, numbers, codes, addresses. An invalid value is left out
 * and reported as a problem. */
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "common/base/cc-base.h"
#include "server/voters/ccd-election.h"
#include "server/voters/ccd-phone.h"
#include "server/voters/ccd-residence.h"
#include "server/voters/ccd-voter-column.h"
#include "server/voters/ccd-voter-row-private.h"

#define YEAR_FIRST 1900 /* earliest plausible year of a birth or registration */
#define AGE_LEAST 15    /* lowest age of voters; decides the century of two-digit birth years */

static ccd_slice
copy_value(voter_work *w, const char *text, size_t n)
{
  char *copy = voter_room(w, n);
  if (copy == NULL)
    return (ccd_slice){NULL, 0};
  memcpy(copy, text, n);
  copy[n] = '\0';
  return (ccd_slice){copy, n};
}

/* --- dates --- */

/* Compare two dates. If one of the dates has no month, only the years are compared. Returns a
 * number below, equal to or above 0. */
static int
compare_days(ccd_date a, ccd_date b)
{
  if (a.year != b.year || a.month == 0 || b.month == 0)
    return a.year - b.year;
  return a.month != b.month ? a.month - b.month : a.day - b.day;
}

/* Parse a date of birth or registration into @ret. A date in the future or before YEAR_FIRST is
 * reported as a problem. */
static void
store_past(voter_work *w, ccd_slice text, int form, int pivot, ccd_date *ret)
{
  ccd_date date = {0};
  bool is = ccd_date_parse(text, form, pivot, &date);
  if (is && date.year != 0)
    is = date.year >= YEAR_FIRST && compare_days(date, w->mapper->today) <= 0;
  if (is)
    *ret = date;
  else
    voter_problem(w, "bad_date", text);
}

/* Store a birth date or a year of birth. A complete date has priority over a year. */
static void
store_birth(voter_work *w, ccd_slice text)
{
  ccd_date date = {0};
  bool whole = w->step->mapping->field == CC_VOTER_BIRTH_DATE;
  int pivot = (w->mapper->today.year - AGE_LEAST) % 100;
  store_past(w, text, whole ? w->step->mapping->date : CC_DATE_YEAR, pivot, &date);
  if (date.year != 0 && (w->ret->birth.year == 0 || date.month != 0))
    w->ret->birth = date;
}

/* --- codes and numbers --- */

static bool
same_text(ccd_slice text, const char *other)
{
  return text.length == strlen(other) && strncasecmp(text.text, other, text.length) == 0;
}

static void
store_status(voter_work *w, ccd_slice text)
{
  for (size_t i = 0; i < cc_registration_status_enum.n; i++) {
    if (same_text(text, cc_registration_status_enum.names[i]))
      w->ret->registration_status = (int) i + 1;
  }
  if (w->ret->registration_status == 0)
    voter_problem(w, "unknown_status", text);
}

static bool
is_digits(const char *text, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    if (text[i] < '0' || text[i] > '9')
      return false;
  }
  return n > 0;
}

/* Returns whether the text is a placeholder for a missing voter id, such as "N/A" or "0000000".
 * If placeholders were imported, all voters with the same placeholder would be treated as one
 * person. */
static bool
is_placeholder(ccd_slice text)
{
  static const char *const words[] = {"n/a", "na", "nan", "null", "none", "nil", "unknown", "tbd"};
  for (size_t i = 0; i < CC_N(words); i++) {
    if (same_text(text, words[i]))
      return true;
  }
  size_t n = 0;
  while (n < text.length && text.text[n] != '\0' && strchr("0-.?* ", text.text[n]) != NULL)
    n++;
  return n == text.length && !same_text(text, "0"); /* some files number voters from 0 */
}

/* Returns whether a spreadsheet has replaced a voter id by a rounded number ("1.23457E+11") or
 * an error ("#REF!"). The original id is then lost. */
static bool
is_spreadsheet_damage(ccd_slice text)
{
  size_t n = 0;
  while (n < text.length && ((text.text[n] >= '0' && text.text[n] <= '9') || text.text[n] == '.' ||
                             text.text[n] == ','))
    n++;
  bool power = n > 0 && n + 2 < text.length && (text.text[n] | 0x20) == 'e' &&
               (text.text[n + 1] == '+' || text.text[n + 1] == '-') &&
               is_digits(text.text + n + 2, text.length - n - 2);
  return power || (text.text[0] == '#' && text.length > 1);
}

/* Returns a number such as "7000001.0" without the ".0" that floating point numbers get; other
 * text unchanged. */
static ccd_slice
without_decimal_zero(ccd_slice text)
{
  bool is = text.length > 2 && memcmp(text.text + text.length - 2, ".0", 2) == 0 &&
            is_digits(text.text, text.length - 2);
  return is ? (ccd_slice){text.text, text.length - 2} : text;
}

static void
store_id(voter_work *w, ccd_slice text)
{
  if (is_spreadsheet_damage(text) || is_placeholder(text))
    voter_problem(w, "bad_id", text);
  else
    w->ret->state_id = without_decimal_zero(text);
}

static void
store_number(voter_work *w, ccd_slice text)
{
  text = without_decimal_zero(text);
  if (is_digits(text.text, text.length) && text.length <= 18)
    w->ret->number = text;
  else
    voter_problem(w, "bad_id", text);
}

/* Copy the digits of @text to @digits. Returns the number of digits; @max + 1 when there are
 * more than @max. */
static size_t
extract_digits(ccd_slice text, char *digits, size_t max)
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

/* Store a ZIP code of five or nine digits. A missing leading zero, which spreadsheets remove, is
 * added, and the ".0" of a floating point number is dropped. */
static void
store_zip(voter_work *w, ccd_slice text)
{
  char digits[10] = "0";
  size_t n = extract_digits(without_decimal_zero(text), digits + 1, 9);
  char *first = n == 4 || n == 8 ? digits : digits + 1;
  if ((n != 4 && n != 5 && n != 8 && n != 9) || memcmp(first, "00000", 5) == 0) {
    voter_problem(w, "bad_zip", text);
    return;
  }
  w->ret->zip5 = copy_value(w, first, 5);
  if (n >= 8 && memcmp(first + 5, "0000", 4) != 0)
    w->ret->zip4 = copy_value(w, first + 5, 4);
}

static void
store_one_phone(voter_work *w, ccd_slice text)
{
  char number[CCD_PHONE_MAX];
  if (!ccd_phone_normal(text, number)) {
    voter_problem(w, "bad_phone", text);
    return;
  }
  ccd_slice found = ccd_slice_of(number);
  for (size_t i = 0; i < w->ret->n_phones; i++) {
    if (same_text(w->ret->phones[i], number))
      return;
  }
  if (w->ret->n_phones == CCD_VOTER_PHONES_MAX)
    voter_problem(w, "too_many", text);
  else
    w->ret->phones[w->ret->n_phones++] = copy_value(w, found.text, found.length);
}

static void
store_phone(voter_work *w, ccd_slice text)
{
  for (ccd_slice one = ccd_phone_next(&text); one.length > 0; one = ccd_phone_next(&text))
    store_one_phone(w, one);
}

static void
store_email(voter_work *w, ccd_slice text)
{
  const char *code, *message, *hint;
  if (!cc_format_check(CC_FORMAT_EMAIL, text.text, text.length, &code, &message, &hint))
    voter_problem(w, "bad_email", text);
  else if (w->ret->n_emails == CCD_VOTER_EMAILS_MAX)
    voter_problem(w, "too_many", text);
  else
    w->ret->emails[w->ret->n_emails++] = text;
}

static void
store_mailing_line(voter_work *w, ccd_slice text)
{
  if (w->ret->n_mailing == CCD_VOTER_LINES_MAX)
    voter_problem(w, "too_many", text);
  else
    w->ret->mailing[w->ret->n_mailing++] = text;
}

static void
store_sex(voter_work *w, ccd_slice text)
{
  char c = text.text[0] >= 'a' ? (char) (text.text[0] - 'a' + 'A') : text.text[0];
  bool is = text.length == 1 && (c == 'F' || c == 'M' || c == 'X');
  w->ret->sex = is ? c : '\0';
}

/* --- pairs --- */

static void
add_pair(voter_work *w, ccd_voter_pair *pairs, size_t *n, const char *key, ccd_slice value)
{
  w->full |= key == NULL;
  if (*n == w->mapper->pairs_room)
    voter_problem(w, "too_many", value);
  else if (key != NULL)
    pairs[(*n)++] = (ccd_voter_pair){key, value};
}

/* Store a cell with JSON, as written by exportVoters, unchanged. It must be an array if @list,
 * otherwise an object. */
static void
store_json(voter_work *w, ccd_slice text, bool list, ccd_slice *ret)
{
  json_t *value = json_loadb(text.text, text.length, JSON_REJECT_DUPLICATES, NULL);
  if (list ? json_is_array(value) : json_is_object(value))
    *ret = text;
  else
    voter_problem(w, "bad_value", text);
  json_decref(value);
}

/* Store a vote. The cell is one of: the JSON of an export; the name of an election; or the
 * voting method, in a column whose name is the election. In the last case, a cell that only
 * repeats the name of the election gives a vote with an unknown method. */
static void
store_history(voter_work *w, ccd_slice text)
{
  ccd_voter_row *ret = w->ret;
  const char *named = NULL;
  if (w->step->mapping->json) {
    store_json(w, text, /* list= */ true, &ret->history_json);
    return;
  }
  if (w->step->mapping->names_election || ccd_election_is_date(w->step->key)) {
    char *copy = voter_room(w, text.length);
    if (copy != NULL)
      memcpy(copy, text.text, text.length);
    named =
      copy != NULL ? ccd_election_name((ccd_slice){copy, text.length}, w->mapper->text) : NULL;
  }
  if (w->step->mapping->names_election)
    add_pair(w, ret->history, &ret->n_history, named, (ccd_slice){NULL, 0});
  else
    add_pair(w,
             ret->history,
             &ret->n_history,
             w->step->key,
             named != NULL && strcmp(named, w->step->key) == 0 ? (ccd_slice){NULL, 0} : text);
}

static void
store_pair(voter_work *w, ccd_slice text)
{
  ccd_voter_row *ret = w->ret;
  bool json = w->step->mapping->json;
  bool district = w->step->mapping->field == CC_VOTER_DISTRICT;
  if (json)
    store_json(w, text, /* list= */ false, district ? &ret->districts_json : &ret->custom_json);
  else if (district)
    add_pair(w, ret->districts, &ret->n_districts, w->step->key, text);
  else
    add_pair(w, ret->custom, &ret->n_custom, w->step->key, text);
}

/* Store a value of a voter column that has no member in ccd_voter_row. The value is first
 * checked against the field table, because the database would refuse an invalid value. */
static void
store_other(voter_work *w, ccd_slice text)
{
  const cc_field *field = w->step->other;
  if (field->format == CC_FORMAT_DATE) {
    ccd_date date = {0};
    char day[11];
    if (!ccd_date_parse(text, w->step->mapping->date, w->mapper->today.year % 100, &date))
      voter_problem(w, "bad_date", text);
    ccd_date_format(date, day);
    text = date.month > 0 ? copy_value(w, day, strlen(day)) : (ccd_slice){NULL, 0};
  } else if (!ccd_voter_column_value(field, &text)) {
    voter_problem(w, "bad_value", text);
    return;
  }
  if (text.length > 0)
    add_pair(w, w->ret->others, &w->ret->n_others, field->name, text);
}

/* --- dispatch by field --- */

/* Returns the member of ccd_voter_row for a field that is stored as plain text; NULL for other
 * fields. */
static ccd_slice *
plain_member(voter_work *w, int field)
{
  ccd_voter_row *row = w->ret;
  ccd_slice *const members[_CC_VOTER_FIELD_MAX] = {
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
    [CC_VOTER_OPTED_OUT] = &row->opted_out,
    [CC_VOTER_TAGS] = &row->tags,
    [CC_VOTER_ELECTION] = &w->election,
    [CC_VOTER_VOTE_METHOD] = &w->vote_method,
  };
  if (field >= CC_VOTER_RESIDENCE_NUMBER && field <= CC_VOTER_RESIDENCE_UNIT)
    return &w->parts[field - CC_VOTER_RESIDENCE_NUMBER];
  return members[field];
}

static void
store_line(voter_work *w, ccd_slice text)
{
  if (w->n_lines < RESIDENCE_LINES_MAX)
    w->lines[w->n_lines++] = text;
}

static void
store_registered(voter_work *w, ccd_slice text)
{
  store_past(w, text, w->step->mapping->date, w->mapper->today.year % 100, &w->ret->registered_on);
}

void
voter_take(voter_work *w, ccd_slice text)
{
  typedef void take(voter_work * w, ccd_slice text);
  static take *const takes[_CC_VOTER_FIELD_MAX] = {
    [CC_VOTER_STATE_ID] = store_id,
    [CC_VOTER_NUMBER] = store_number,
    [CC_VOTER_BIRTH_DATE] = store_birth,
    [CC_VOTER_BIRTH_YEAR] = store_birth,
    [CC_VOTER_REGISTERED_ON] = store_registered,
    [CC_VOTER_SEX] = store_sex,
    [CC_VOTER_REGISTRATION_STATUS] = store_status,
    [CC_VOTER_RESIDENCE_LINE] = store_line,
    [CC_VOTER_RESIDENCE_ZIP] = store_zip,
    [CC_VOTER_MAILING_LINE] = store_mailing_line,
    [CC_VOTER_PHONE] = store_phone,
    [CC_VOTER_EMAIL] = store_email,
    [CC_VOTER_DISTRICT] = store_pair,
    [CC_VOTER_CUSTOM] = store_pair,
    [CC_VOTER_HISTORY] = store_history,
    [CC_VOTER_COLUMN] = store_other,
  };
  int field = w->step->mapping->field;
  if (takes[field] != NULL)
    takes[field](w, text);
  else
    *plain_member(w, field) = text;
}

/* --- fields that depend on several values --- */

static ccd_slice
part_of(const voter_work *w, int field)
{
  return w->parts[field - CC_VOTER_RESIDENCE_NUMBER];
}

/* Returns the parts that are not empty, joined with blanks. Empty when out of memory. */
static ccd_slice
join_parts(voter_work *w, const ccd_slice *parts, size_t n)
{
  size_t length = 0, used = 0;
  for (size_t i = 0; i < n; i++)
    length += parts[i].length + 1;
  char *text = voter_room(w, length);
  for (size_t i = 0; i < n && text != NULL; i++) {
    if (parts[i].length == 0)
      continue;
    if (used > 0)
      text[used++] = ' ';
    memcpy(text + used, parts[i].text, parts[i].length);
    used += parts[i].length;
  }
  return (ccd_slice){text, used};
}

/* Returns the house number with its suffix: "12" and "A" give "12A", "12" and "1/2" give "12
 * 1/2". A longer suffix such as "REAR" is not part of the number, but returned in *ret_unit. */
static ccd_slice
house_number(voter_work *w, ccd_slice *ret_unit)
{
  ccd_slice number = part_of(w, CC_VOTER_RESIDENCE_NUMBER);
  ccd_slice suffix = part_of(w, CC_VOTER_RESIDENCE_NUMBER_SUFFIX);
  number = without_decimal_zero(number);
  if (suffix.length == 0 || number.length == 0)
    return number;
  if (suffix.length > 2 && memchr(suffix.text, '/', suffix.length) == NULL) {
    *ret_unit = suffix;
    return number;
  }
  ccd_slice both = join_parts(w, (const ccd_slice[]){number, suffix}, 2);
  bool glued = suffix.text[0] >= 'A' && both.text != NULL;
  if (!glued)
    return both;
  char *text = voter_room(w, both.length);
  if (text == NULL)
    return number;
  memcpy(text, number.text, number.length);
  memcpy(text + number.length, suffix.text, suffix.length);
  return (ccd_slice){text, number.length + suffix.length};
}

/* Returns whether the text of the street column begins with the house number. */
static bool
has_number(ccd_slice street, ccd_slice number)
{
  return number.length > 0 && street.length > number.length && street.text[number.length] == ' ' &&
         memcmp(street.text, number.text, number.length) == 0;
}

/* Build the residence from the separate columns for number and street if the row has both.
 * Otherwise use the address lines; if there are none, the street alone. */
static ccd_residence
build_residence(voter_work *w)
{
  ccd_slice rear = {NULL, 0};
  ccd_slice number = house_number(w, &rear);
  const ccd_slice parts[] = {part_of(w, CC_VOTER_RESIDENCE_PREDIRECTION),
                             part_of(w, CC_VOTER_RESIDENCE_STREET),
                             part_of(w, CC_VOTER_RESIDENCE_STREET_TYPE),
                             part_of(w, CC_VOTER_RESIDENCE_POSTDIRECTION)};
  const ccd_slice unit[] = {rear,
                            part_of(w, CC_VOTER_RESIDENCE_UNIT_TYPE),
                            part_of(w, CC_VOTER_RESIDENCE_UNIT)};
  ccd_residence made = {.zip5 = w->ret->zip5, .city = w->ret->city};
  bool whole = parts[1].length > 0 && (number.length > 0 || w->n_lines == 0);
  if (!whole)
    made.line = w->n_lines == 1 ? w->lines[0] : join_parts(w, w->lines, w->n_lines);
  else if (has_number(parts[1], number))
    made.line = parts[1];
  else
    made.line = join_parts(w,
                           (const ccd_slice[]){number, parts[0], parts[1], parts[2], parts[3]},
                           1 + CC_N(parts));
  /* A general unit type such as "APT" without a number is ignored. Longer words are units on
   * their own: "REAR", "BSMT". */
  if (unit[0].length > 0 || unit[2].length > 0 || unit[1].length > 3)
    made.unit = join_parts(w, unit, CC_N(unit));
  return made;
}

static void
finish_residence(voter_work *w)
{
  bool unit = true;
  ccd_residence home = build_residence(w);
  if (home.line.length > 0)
    w->full |= ccd_residence_parse(&home, w->mapper->text, &w->ret->residence, &unit) != CC_OK;
  w->about = CC_VOTER_RESIDENCE_UNIT;
  if (!unit)
    voter_problem(w, "bad_unit", home.unit);
  w->about = CC_VOTER_RESIDENCE_LINE;
  /* No door is needed for voters with a hidden address and for removed voters. */
  bool wanted = w->mapper->residence && !w->ret->confidential &&
                w->ret->registration_status != CC_REGISTRATION_REMOVED;
  if (wanted && w->ret->residence.address_key.length == 0)
    voter_problem(w, "no_door", home.line);
}

/* Report a missing last name. Not for confidential voters, because states hide some of their
 * names. */
static void
finish_name(voter_work *w)
{
  w->about = CC_VOTER_LAST_NAME;
  if (w->mapper->profile->kind != CC_PROFILE_HISTORY && !w->ret->confidential &&
      w->ret->last_name.length == 0)
    voter_problem(w, "no_name", w->ret->first_name);
}

static void
finish_election(voter_work *w)
{
  /* Some files also have rows for elections in which the voter did not vote. */
  if (w->election.length == 0 || same_text(w->vote_method, "did not vote"))
    return;
  const char *name = ccd_election_name(w->election, w->mapper->text);
  add_pair(w, w->ret->history, &w->ret->n_history, name, w->vote_method);
}

void
voter_finish(voter_work *w)
{
  ccd_voter_row *ret = w->ret;
  finish_election(w);
  finish_name(w);
  finish_residence(w);
  if (ret->registered_on.year != 0 && ret->birth.year != 0 &&
      compare_days(ret->registered_on, ret->birth) < 0) {
    char day[11];
    ccd_date_format(ret->registered_on, day);
    w->about = CC_VOTER_REGISTERED_ON;
    voter_problem(w, "bad_date", copy_value(w, day, strlen(day)));
    ret->registered_on = (ccd_date){0};
  }
}
