/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include "server/voters/ccd-address-words.h"
#include "server/voters/ccd-date.h"
#include "server/voters/ccd-profile.h"
#include "server/voters/ccd-voter-mapper.h"
#include "server/voters/ccd-voter-row.h"
#include "tests/unit/drift.h"

static cc_arena *arena;

#define COMMA ((ccd_table_format){.delimiter = ',', .quote = '"'})

/* Return the reader's whole output for @bytes as text: fields separated by |, rows by /, and
 * "!code@line:column" for rejected rows. */
static char *
read_all(const void *bytes, size_t n, const ccd_table_format *format)
{
  CC_AUTO(ccd_source) source = ccd_source_memory(bytes, n);
  CC_AUTO(ccd_table) table = NULL;
  cc_error error = {0};
  GString *out = g_string_new(NULL);
  if (ccd_table_open(source, format, &table, &error) != CC_OK) {
    g_string_append_printf(out, "!open %s", error.code);
    return g_string_free(out, FALSE);
  }
  ccd_table_row row;
  ccd_table_reject reject;
  ccd_table_step step;
  while ((step = ccd_table_next(table, &row, &reject, &error)) != CCD_TABLE_END) {
    g_assert_cmpint(step, !=, CCD_TABLE_FAILED);
    if (step == CCD_TABLE_REJECT)
      g_string_append_printf(out, "!%s@%d:%d", reject.code, (int) reject.line, reject.column);
    for (size_t i = 0; i < row.n && step == CCD_TABLE_ROW; i++) {
      g_string_append_len(out, row.fields[i].text, (gssize) row.fields[i].length);
      g_string_append_c(out, i + 1 < row.n ? '|' : '/');
    }
  }
  return g_string_free(out, FALSE);
}

typedef struct table_case {
  const char *bytes;
  const char *expected;
} table_case;

static void
test_rows(void)
{
  static const table_case cases[] = {
    {"", ""},
    {"a,b\n1,2\n", "a|b/1|2/"},
    {"a,b\r\n1,2", "a|b/1|2/"},
    {"a,b\r1,2\r", "a|b/1|2/"},
    {"a,b\n\n,\n  , \n1,2\n", "a|b/1|2/"},
    {"\"a\",\"b\"\"c\"\n", "a|b\"c/"},
    {"\"\",\"\"\"\"\n", "|\"/"},
    {"a,\"b\nc\"\n1,2\n", "a|b\nc/1|2/"},
    {"a,\"b\r\nc\"\r\n1,2\r\n", "a|b\r\nc/1|2/"},
    {"x,6' 2\" y\n", "x|6' 2\" y/"},
    {"\"Bob \"Buddy\" S\",2\n", "Bob \"Buddy\" S|2/"},
    {"a,b\n1\n1,2,3\n1,2,,\n", "a|b/!ragged@2:1!ragged@3:3!ragged@4:3"},
    /* An unclosed quote loses only its own line. */
    {"a,b\n1,\"x\n2,y\n3,z\n", "a|b/!unclosed_quote@2:22|y/3|z/"},
    {"a,b\n1,\"x\n2,\"y\"\n3,z\n", "a|b/!unclosed_quote@2:22|y/3|z/"},
    {"a,b\n\xE9,\xC3\xA9\n\xC3\xA9,\x80\n\xC3\xA9,1\n",
     "a|b/\xC3\xA9|\xC3\x83\xC2\xA9/\xC3\x83\xC2\xA9|\xE2\x82\xAC/\xC3\xA9|1/"},
    {"\xEF\xBB\xBF"
     "a,b\n",
     "a|b/"},
    {"a,b\n1,2\n\x1A", "a|b/1|2/"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *got = read_all(cases[i].bytes, strlen(cases[i].bytes), &COMMA);
    g_assert_cmpstr(got, ==, cases[i].expected);
  }
  g_autofree char *nul = read_all("a,b\n1,\0x\n3,4\n", 13, &COMMA);
  g_assert_cmpstr(nul, ==, "a|b/!nul_byte@2:23|4/");
}

static void
test_limits(void)
{
  GString *text = g_string_new("a,b\n1,\"");
  for (int i = 0; i < CCD_TABLE_FIELD_MAX + 10; i++)
    g_string_append_c(text, 'x');
  g_string_append(text, "\"\n3,4\n");
  g_autofree char *quoted = read_all(text->str, text->len, &COMMA);
  g_assert_cmpstr(quoted, ==, "a|b/!field_too_long@2:23|4/");

  g_string_assign(text, "a,b\n");
  for (int i = 0; i < 3 * CCD_TABLE_ROW_MAX; i++)
    g_string_append_c(text, 'x');
  g_string_append(text, ",1\n3,4\n");
  g_autofree char *plain = read_all(text->str, text->len, &COMMA);
  g_assert_cmpstr(plain, ==, "a|b/!field_too_long@2:13|4/");

  g_string_assign(text, "a,b\n");
  for (int i = 0; i < 300; i++)
    g_string_append_printf(text, "%05000d,", i);
  g_string_append(text, "1\n3,4\n");
  g_autofree char *row = read_all(text->str, text->len, &COMMA);
  g_assert_cmpstr(row, ==, "a|b/!row_too_long@2:03|4/");

  g_string_assign(text, "a,b\n");
  for (int i = 0; i <= CCD_TABLE_COLUMNS_MAX; i++)
    g_string_append(text, "1,");
  g_string_append(text, "1\n3,4\n");
  g_autofree char *columns = read_all(text->str, text->len, &COMMA);
  g_assert_cmpstr(columns, ==, "a|b/!too_many_columns@2:40963|4/");

  /* A quote that is not closed for more lines than the reader looks ahead. */
  g_string_assign(text, "a,b\n1,\"x\n");
  for (int i = 0; i < CCD_TABLE_QUOTE_LINES + 1; i++)
    g_string_append(text, "2,y\n");
  g_string_append(text, "\",z\n");
  g_autofree char *lines = read_all(text->str, text->len, &COMMA);
  g_assert_true(g_str_has_prefix(lines, "a|b/!unclosed_quote@2:22|y/2|y/"));
  g_string_free(text, TRUE);
}

static void
test_units(void)
{
  static const unsigned char le[] = {0xFF, 0xFE, 'a', 0,   ',', 0,    0xE9, 0,   '\n',
                                     0,    '1',  0,   ',', 0,   0x3D, 0xD8, 0,   0xDE,
                                     '\n', 0,    'x', 0,   ',', 0,    0,    0xD8};
  ccd_table_format format = COMMA;
  format.encoding = CCD_ENCODING_UTF16LE;
  g_autofree char *got = read_all(le, sizeof le, &format);
  g_assert_cmpstr(got, ==, "a|\xC3\xA9/1|\xF0\x9F\x98\x80/x|\xEF\xBF\xBD/");
  /* An odd number of bytes: the last half character becomes U+FFFD. */
  g_autofree char *odd = read_all(le, 19, &format);
  g_assert_cmpstr(odd, ==, "a|\xC3\xA9/1|\xF0\x9F\x98\x80\xEF\xBF\xBD/");
}

static void
test_fixed(void)
{
  static const int64_t widths[] = {3, 4, 2};
  ccd_table_format format = {.widths = widths, .n_columns = 3};
  static const char text[] = "abcdefghi\nab\nJos\xC3\xA9 x yz\nJos\xE9x  yz\r\nabcdefghij\n\n";
  g_autofree char *got = read_all(text, strlen(text), &format);
  g_assert_cmpstr(got, ==, "abc|defg|hi/ab||/Jos|\xC3\xA9 x |yz/Jos|\xC3\xA9x  |yz/!ragged@5:0");
}

/* Rows of every length across the boundaries of read blocks are read as they were written. */
static void
test_chunks(void)
{
  GString *text = g_string_new(NULL);
  const int n = 9000;
  for (int i = 0; i < n; i++)
    g_string_append_printf(text, "%d,\"%0*d\"\r\n", i, 1 + i % 150, 7);
  CC_AUTO(ccd_source) source = ccd_source_memory(text->str, text->len);
  CC_AUTO(ccd_table) table = NULL;
  cc_error error;
  g_assert_cmpint(ccd_table_open(source, &COMMA, &table, &error), ==, CC_OK);
  ccd_table_row row;
  ccd_table_reject reject;
  for (int i = 0; i < n; i++) {
    g_assert_cmpint(ccd_table_next(table, &row, &reject, &error), ==, CCD_TABLE_ROW);
    g_autofree char *number = g_strdup_printf("%d", i);
    g_assert_cmpint(row.number, ==, i + 1);
    g_assert_cmpint(row.line, ==, i + 1);
    g_assert_cmpmem(row.fields[0].text, row.fields[0].length, number, strlen(number));
    g_assert_cmpuint(row.fields[1].length, ==, 1 + i % 150);
  }
  g_assert_cmpint(ccd_table_next(table, &row, &reject, &error), ==, CCD_TABLE_END);
  g_assert_cmpint(ccd_source_position(source), ==, ccd_source_size(source));
  g_string_free(text, TRUE);
}

static void
test_header(void)
{
  static const char text[] = "a title\n id ,name,name,,NAME\n1,2,3,4,5\n";
  ccd_table_format format = COMMA;
  format.header = true;
  format.skip_lines = 1;
  CC_AUTO(ccd_source) source = ccd_source_memory(text, strlen(text));
  CC_AUTO(ccd_table) table = NULL;
  g_assert_cmpint(ccd_table_open(source, &format, &table, NULL), ==, CC_OK);
  size_t n;
  const char *const *columns = ccd_table_columns(table, &n);
  static const char *const expected[] = {"id", "name", "name_2", "column_4", "NAME"};
  g_assert_cmpuint(n, ==, 5);
  for (size_t i = 0; i < n; i++)
    g_assert_cmpstr(columns[i], ==, expected[i]);
  g_autofree char *bad = read_all("a,\"b\n", 5, &format);
  g_assert_cmpstr(bad, ==, "");
  format.skip_lines = 0;
  g_autofree char *header = read_all("a,\"b\n", 5, &format);
  g_assert_cmpstr(header, ==, "!open bad_header");
}

/* Read the whole content of a source; returns the error's code when that fails. */
static char *
drain(const char *path, const char *member)
{
  CC_AUTO(ccd_source) source = NULL;
  cc_error error = {0};
  if (ccd_source_open(path, member, &source, &error) != CC_OK)
    return g_strdup(error.code);
  GString *all = g_string_new(NULL);
  char buffer[100];
  for (size_t n = 1; n > 0;) {
    if (ccd_source_read(source, buffer, sizeof buffer, &n, &error) != CC_OK) {
      g_string_free(all, TRUE);
      return g_strdup(error.code);
    }
    g_string_append_len(all, buffer, (gssize) n);
  }
  g_assert_cmpint(ccd_source_position(source), ==, ccd_source_size(source));
  return g_string_free(all, FALSE);
}

static void
add_member(zip_t *zip, const char *name, const char *text)
{
  zip_source_t *from = zip_source_buffer(zip, text, strlen(text), 0);
  g_assert_cmpint((int) zip_file_add(zip, name, from, 0), >=, 0);
}

static void
write_zip(const char *path, const char *second)
{
  zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
  g_assert_nonnull(zip);
  add_member(zip, "readme.txt", "not this");
  add_member(zip, "__MACOSX/._voters.txt", "nor this");
  add_member(zip, "folder/voters.txt", "a,b\n1,2\n");
  if (second != NULL)
    add_member(zip, second, "c,d\n");
  g_assert_cmpint(zip_close(zip), ==, 0);
}

static void
test_zip(void)
{
  g_autofree char *folder = g_dir_make_tmp("voter-files-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "file", NULL);
  write_zip(path, NULL);
  g_autofree char *one = drain(path, NULL);
  g_assert_cmpstr(one, ==, "a,b\n1,2\n");
  write_zip(path, "history.csv");
  g_autofree char *several = drain(path, NULL);
  g_assert_cmpstr(several, ==, "several_members");
  g_autofree char *named = drain(path, "history.csv");
  g_assert_cmpstr(named, ==, "c,d\n");
  g_autofree char *absent = drain(path, "x");
  g_assert_cmpstr(absent, ==, "no_member");
  write_zip(path, "[Content_Types].xml");
  g_autofree char *sheet = drain(path, NULL);
  g_assert_cmpstr(sheet, ==, "not_a_table");
  g_assert_cmpint(truncate(path, 100), ==, 0);
  g_autofree char *cut = drain(path, NULL);
  g_assert_cmpstr(cut, ==, "broken_file");
  g_unlink(path);
  g_rmdir(folder);
}

static void
test_gzip(void)
{
  g_autofree char *folder = g_dir_make_tmp("voter-files-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "file", NULL);
  GString *text = g_string_new(NULL);
  for (int i = 0; i < 5000; i++)
    g_string_append_printf(text, "%d,%d\n", i, i * 7919);
  /* A file of two concatenated gzip members. */
  for (int i = 0; i < 2; i++) {
    gzFile gz = gzopen(path, i == 0 ? "wb" : "ab");
    g_assert_cmpint(gzwrite(gz, text->str, (unsigned) text->len), ==, (int) text->len);
    g_assert_cmpint(gzclose(gz), ==, Z_OK);
  }
  g_autofree char *got = drain(path, NULL);
  g_assert_cmpuint(strlen(got), ==, 2 * text->len);
  g_assert_true(g_str_has_prefix(got, text->str));
  g_assert_cmpstr(got + text->len, ==, text->str);
  GStatBuf about;
  g_assert_cmpint(g_stat(path, &about), ==, 0);
  g_assert_cmpint(truncate(path, about.st_size - 20), ==, 0);
  g_autofree char *cut = drain(path, NULL);
  g_assert_cmpstr(cut, ==, "broken_file");
  g_assert_true(g_file_set_contents(path, "BZh91AY", 7, NULL));
  g_autofree char *other = drain(path, NULL);
  g_assert_cmpstr(other, ==, "not_a_table");
  g_unlink(path);
  g_autofree char *absent = drain(path, NULL);
  g_assert_cmpstr(absent, ==, "no_file");
  g_rmdir(folder);
  g_string_free(text, TRUE);
}

static void
test_dates(void)
{
  static const struct {
    const char *text;
    int form;
    const char *expected; /* NULL: none */
  } cases[] = {
    {"02/29/2024", CC_DATE_AUTO, "2024-02-29"},
    {"02/29/2023", CC_DATE_AUTO, NULL},
    {"1800-01-01", CC_DATE_AUTO, ""},
    {"1900-01-01 00:00:00", CC_DATE_AUTO, ""},
    {"", CC_DATE_MDY, ""},
    {"00/00/0000", CC_DATE_MDY, ""},
    {"00000000", CC_DATE_AUTO, ""},
    {"UNKNOWN", CC_DATE_AUTO, NULL},
    {"20260901", CC_DATE_AUTO, "2026-09-01"},
    {"09012026", CC_DATE_AUTO, "2026-09-01"},
    {"9/1/26", CC_DATE_AUTO, "2026-09-01"},
    {"9/1/27", CC_DATE_AUTO, "1927-09-01"},
    {"1/1/1952 0:00:00", CC_DATE_MDY, "1952-01-01"},
    {"1/1/1952 12:00:00 AM", CC_DATE_MDY, "1952-01-01"},
    {"2026-11-03T10:00:00Z", CC_DATE_YMD, "2026-11-03"},
    {"12-31-1999", CC_DATE_AUTO, "1999-12-31"},
    {"31/12/1999", CC_DATE_AUTO, NULL},
    {"31/12/1999", CC_DATE_DMY, "1999-12-31"},
    {"31.12.1999", CC_DATE_DMY, "1999-12-31"},
    {"06241981", CC_DATE_MMDDYYYY, "1981-06-24"},
    {"6241981", CC_DATE_MMDDYYYY, "1981-06-24"},
    {"19960300", CC_DATE_YYYYMMDD, "1996"},
    {"44927", CC_DATE_EXCEL, "2023-01-01"},
    {"61", CC_DATE_EXCEL, "1900-03-01"},
    {"36584.0", CC_DATE_EXCEL, NULL},
    {"44927", CC_DATE_AUTO, NULL},
    {"1986", CC_DATE_YEAR, "1986"},
    {"86", CC_DATE_YEAR, NULL},
    {"1/2-2003", CC_DATE_AUTO, NULL},
    {"1/2", CC_DATE_AUTO, NULL},
    {"1/2/2003/4", CC_DATE_AUTO, NULL},
    {"1/2/2003 noon", CC_DATE_AUTO, NULL},
    {"99999999999999999999", CC_DATE_AUTO, NULL},
    {"*", CC_DATE_AUTO, NULL},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    ccd_date date = {1, 1, 1};
    char text[11];
    ccd_slice slice = {cases[i].text, strlen(cases[i].text)};
    bool good = ccd_date_parse(slice, cases[i].form, 26, &date);
    if (good != (cases[i].expected != NULL))
      g_error("%s: %s", cases[i].text, good ? "was taken" : "was refused");
    ccd_date_format(date, text);
    if (good)
      g_assert_cmpstr(text, ==, cases[i].expected);
  }
}

static char *
address_text(const char *line)
{
  ccd_address a;
  g_assert_cmpint(ccd_address_parse((ccd_slice){line, strlen(line)},
                                    (ccd_slice){"02141", 5},
                                    arena,
                                    &a),
                  ==,
                  CC_OK);
  const ccd_slice parts[] = {a.number,
                             a.fraction,
                             a.predirection,
                             a.street,
                             a.type,
                             a.postdirection,
                             a.unit_type,
                             a.unit,
                             a.address_key};
  GString *out = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    g_string_append(out, i > 0 ? "|" : "");
    g_string_append_len(out, parts[i].text, (gssize) parts[i].length);
  }
  return g_string_free(out, FALSE);
}

static void
test_addresses(void)
{
  static const table_case cases[] = {
    {"4  CANAL PK   # 109   ", "4|||CANAL|PARK||#|109|4 CANAL PARK #109 02141"},
    {"4 Canal Park Apt. 109", "4|||CANAL|PARK||APT|109|4 CANAL PARK #109 02141"},
    {"4-6 CANAL PK #101", "4-6|||CANAL|PARK||#|101|4-6 CANAL PARK #101 02141"},
    {"38-38 1/2 ELM ST", "38-38|1/2||ELM|ST||||38-38 1/2 ELM ST 02141"},
    {"225R MAIN STREET", "225R|||MAIN|ST||||225R MAIN ST 02141"},
    {"11-A Main St.", "11-A|||MAIN|ST||||11A MAIN ST 02141"},
    {"N6W23001 BLUEMOUND RD", "N6W23001|||BLUEMOUND|RD||||N6W23001 BLUEMOUND RD 02141"},
    {"142-27 37TH AVE", "142-27|||37TH|AVE||||142-27 37TH AVE 02141"},
    {"12 NORTH MAIN STREET UNIT B", "12||N|MAIN|ST||UNIT|B|12 N MAIN ST #B 02141"},
    {"12 MAIN ST NW APT 3", "12|||MAIN|ST|NW|APT|3|12 MAIN ST NW #3 02141"},
    {"12 MAIN ST FL 2", "12|||MAIN|ST||FL|2|12 MAIN ST FL 2 02141"},
    {"12 MAIN ST 2ND FLOOR", "12|||MAIN|ST||FL|2|12 MAIN ST FL 2 02141"},
    {"12 MAIN ST 3B", "12|||MAIN|ST||#|3B|12 MAIN ST #3B 02141"},
    {"12 MAIN ST # 2nd Floor", "12|||MAIN|ST||FL|2|12 MAIN ST FL 2 02141"},
    {"12 MAIN ST # Rear", "12|||MAIN|ST||REAR||12 MAIN ST REAR 02141"},
    {"12 MAIN ST REAR", "12|||MAIN|ST||REAR||12 MAIN ST REAR 02141"},
    {"12 MAIN ST APT # 03", "12|||MAIN|ST||APT|03|12 MAIN ST #3 02141"},
    {"0382 POLLARD BROOKS APT. 245", "382|||POLLARD|BRKS||APT|245|382 POLLARD BRKS #245 02141"},
    {"7 NORTH ST", "7|||NORTH|ST||||7 NORTH ST 02141"},
    {"7 AVENUE W", "7|||AVENUE W|||||7 AVE W 02141"},
    {"7 FIRST ST", "7|||1ST|ST||||7 1ST ST 02141"},
    {"7 O'BRIEN HWY", "7|||OBRIEN|HWY||||7 OBRIEN HWY 02141"},
    {"100 HIGHWAY 50", "100|||HIGHWAY 50|||||100 HWY 50 02141"},
    {"100 STATE RD 7", "100|||STATE RD 7|||||100 SR 7 02141"},
    {"12 LOT ST", "12|||LOT|ST||||12 LOT ST 02141"},
    {"1ST AVE", "|||1ST|AVE||||"},
    {"MONSIGNOR OBRIEN HWY", "|||MONSIGNOR OBRIEN|HWY||||"},
    {"PO BOX 12", "|||PO BOX 12|||||"},
    {"12", "|||12|||||"},
    {"", "||||||||"},
    {"#", "|||#|||||"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *got = address_text(cases[i].bytes);
    g_assert_cmpstr(got, ==, cases[i].expected);
    cc_arena_clear(arena);
  }
  /* Texts that are far too long and consist of nothing but tokens. */
  g_autofree char *longest = g_strnfill(100000, '#');
  g_free(address_text(longest));
  for (size_t i = 1; i < 100000; i += 2)
    longest[i] = ' ';
  g_free(address_text(longest));
  cc_arena_clear(arena);
}

static void
test_words(void)
{
  const ccd_word_list *const lists[] = {&ccd_address_types,
                                        &ccd_address_directions,
                                        &ccd_address_units,
                                        &ccd_address_types_only,
                                        &ccd_address_lone_units,
                                        &ccd_address_names,
                                        &ccd_address_ordinals,
                                        &ccd_address_cardinals,
                                        &ccd_address_states};
  for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
    for (size_t k = 1; k < lists[i]->n; k++)
      g_assert_cmpstr(lists[i]->words[k - 1].word, <, lists[i]->words[k].word);
  }
}

/* Return the first error of a profile as "pointer code"; "" when the profile is valid. */
static char *
profile_error(const char *json)
{
  cc_error_list errors = {.arena = arena};
  cc_voter_profile *profile = NULL;
  cc_status status = ccd_profile_parse(json, strlen(json), arena, &profile, &errors);
  g_assert_cmpint(status == CC_OK, ==, errors.n == 0);
  return errors.n == 0 ? g_strdup("")
                       : g_strdup_printf("%s %s", errors.items[0].pointer, errors.items[0].code);
}

#define MAPPINGS(text) "{\"name\":\"x\",\"mappings\":[" text "]}"
#define LAYOUT(delimiter, header, columns, text)                                                   \
  "{\"name\":\"x\",\"format\":{\"delimiter\":\"" delimiter "\",\"header\":" header                 \
  ",\"layout\":[" columns "]},\"mappings\":[" text "]}"
#define LAST "{\"field\":\"last_name\",\"columns\":[\"last\"]}"

static void
test_profile_errors(void)
{
  static const table_case cases[] = {
    {MAPPINGS(LAST), ""},
    {"{}", "/name required"},
    {MAPPINGS(""), "/mappings too_few"},
    {MAPPINGS("{\"field\":\"shoe_size\",\"columns\":[\"a\"]}"), "/mappings/0/field enum"},
    {MAPPINGS("{\"field\":\"last_name\"}"), "/mappings/0 one_source"},
    {MAPPINGS("{\"field\":\"last_name\",\"columns\":[\"a\"],\"any\":[\"b\"]}"),
     "/mappings/0 one_source"},
    {MAPPINGS(LAST "," LAST), "/mappings/1/field duplicate"},
    {MAPPINGS("{\"field\":\"district\",\"columns\":[\"a\"]}"), "/mappings/0/key required"},
    {MAPPINGS("{\"field\":\"suffix\",\"key\":\"k\",\"columns\":[\"a\"]}"),
     "/mappings/0/key not_here"},
    {MAPPINGS("{\"field\":\"suffix\",\"prefix\":\"a\"}"), "/mappings/0/prefix not_here"},
    {MAPPINGS(
       "{\"field\":\"sex\",\"columns\":[\"a\"],\"codes\":[{\"to\":\"W\",\"from\":[\"x\"]}]}"),
     "/mappings/0/codes/0/to unknown_value"},
    {LAYOUT("fixed_width", "false", "", LAST), "/format/layout required"},
    {LAYOUT("fixed_width", "false", "{\"name\":\"last\"}", LAST),
     "/format/layout/0/width too_small"},
    {LAYOUT("tab", "true", "{\"name\":\"last\"}", LAST), "/format/header not_here"},
    {LAYOUT("tab", "false", "{\"name\":\"first\"}", LAST), "/mappings/0/columns/0 unknown_column"},
    {LAYOUT("tab", "false", "{\"name\":\"LAST\"}", LAST), ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *got = profile_error(cases[i].bytes);
    g_assert_cmpstr(got, ==, cases[i].expected);
    cc_arena_clear(arena);
  }
}

static void
test_shipped(void)
{
  for (const ccd_shipped_profile *each = ccd_shipped_profiles; each->key != NULL; each++) {
    g_autofree char *error = profile_error(each->json);
    g_assert_cmpstr(error, ==, "");
    g_assert_cmpuint(strlen(each->json), ==, each->length);
    g_assert_true(ccd_profile_shipped(each->key) == each);
    cc_arena_clear(arena);
  }
  g_assert_null(ccd_profile_shipped("xx"));
  drift_check(&cc_voter_profile_type);
  drift_round_trip(&cc_voter_profile_type);
}

static void
test_required(void)
{
  static const char json[] =
    MAPPINGS("{\"field\":\"last_name\",\"columns\":[\"last\"],\"required\":true}");
  static const char *const columns[] = {"first", "Last"};
  cc_error_list errors = {.arena = arena};
  cc_voter_profile *profile = NULL;
  g_assert_cmpint(ccd_profile_parse(json, strlen(json), arena, &profile, &errors), ==, CC_OK);
  ccd_voter_mapper *mapper = NULL;
  g_assert_cmpint(ccd_voter_mapper_new(profile, columns, 1, &mapper, &errors), ==, CC_ERR_INVALID);
  g_assert_cmpstr(errors.items[0].pointer, ==, "/mappings/0");
  errors.n = 0;
  g_assert_cmpint(ccd_voter_mapper_new(profile, columns, 2, &mapper, &errors), ==, CC_OK);
  ccd_slice fields[] = {{"a", 1}, {"  de \t la  Cruz ", 16}};
  ccd_table_row row = {.fields = fields, .n = 2};
  ccd_voter_row voter;
  g_assert_cmpint(ccd_voter_map(mapper, &row, &voter), ==, CC_OK);
  g_assert_cmpmem(voter.last_name.text, voter.last_name.length, "de la Cruz", 10);
  ccd_voter_mapper_free(mapper);
}

/* REMOVED in an address column hides the address; in the status column it is a status. */
static void
test_removed(void)
{
  const char *json = ccd_profile_shipped("generic")->json;
  static const char *const columns[] = {"last_name", "status", "address"};
  cc_error_list errors = {.arena = arena};
  cc_voter_profile *profile = NULL;
  g_assert_cmpint(ccd_profile_parse(json, strlen(json), arena, &profile, &errors), ==, CC_OK);
  ccd_voter_mapper *mapper = NULL;
  g_assert_cmpint(ccd_voter_mapper_new(profile, columns, 3, &mapper, &errors), ==, CC_OK);
  ccd_slice fields[] = {{"Cruz", 4}, {"Removed", 7}, {"REMOVED", 7}};
  ccd_table_row row = {.fields = fields, .n = 3};
  ccd_voter_row voter;
  g_assert_cmpint(ccd_voter_map(mapper, &row, &voter), ==, CC_OK);
  g_assert_cmpint(voter.registration_status, ==, CC_REGISTRATION_REMOVED);
  g_assert_cmpuint(voter.residence.line.length, ==, 0);
  ccd_voter_mapper_free(mapper);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  cc_codec_init();
  arena = cc_arena_new((size_t) 64 * 1024 * 1024);
  g_test_add_func("/voter-files/rows", test_rows);
  g_test_add_func("/voter-files/limits", test_limits);
  g_test_add_func("/voter-files/utf-16", test_units);
  g_test_add_func("/voter-files/fixed-width", test_fixed);
  g_test_add_func("/voter-files/chunks", test_chunks);
  g_test_add_func("/voter-files/header", test_header);
  g_test_add_func("/voter-files/zip", test_zip);
  g_test_add_func("/voter-files/gzip", test_gzip);
  g_test_add_func("/voter-files/dates", test_dates);
  g_test_add_func("/voter-files/addresses", test_addresses);
  g_test_add_func("/voter-files/words", test_words);
  g_test_add_func("/voter-files/profile-errors", test_profile_errors);
  g_test_add_func("/voter-files/shipped", test_shipped);
  g_test_add_func("/voter-files/required", test_required);
  g_test_add_func("/voter-files/removed", test_removed);
  int code = g_test_run();
  cc_arena_free(arena);
  return code;
}
