/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/cc-base.h"
#include "common/base/cc-utf8.h"
#include "common/codec/cc-codec.h"
#include "server/voters/ccd-profile.h"
#include "server/voters/ccd-voter-mapper.h"
#include "server/voters/ccd-voter-row.h"
#include "tests/fuzz/fuzz.h"

/* Reads arbitrary bytes as a voter file: opens it (plain, gzip, zip), detects its format, reads
 * it and maps it with a shipped profile. The rows must be valid UTF-8, numbered without gaps,
 * and the same when reading is interrupted and resumed. The first byte chooses the profile. */

static cc_arena *arena, *kept; /* arena: freed after each input; kept: for all inputs */
static cc_voter_profile *profiles[64];
static size_t n_profiles;

static void
begin(void)
{
  cc_codec_init();
  kept = cc_arena_new((size_t) 16 * 1024 * 1024);
  cc_error_list errors = {.arena = kept};
  for (const ccd_shipped_profile *each = ccd_shipped_profiles; each->key != NULL; each++) {
    assert(n_profiles < CC_N(profiles));
    cc_status status =
      ccd_profile_parse(each->json, each->length, kept, &profiles[n_profiles], &errors);
    assert(status == CC_OK);
    n_profiles++;
  }
  arena = cc_arena_new((size_t) 64 * 1024 * 1024);
}

static void
check_text(ccd_slice text)
{
  assert(text.length == 0 || cc_utf8_length(text.text, text.length) >= 0);
}

static void
check_voter(ccd_voter_mapper *mapper, const ccd_table_row *row)
{
  ccd_voter_row voter;
  if (ccd_voter_map(mapper, row, &voter) != CC_OK)
    return;
  check_text(voter.last_name);
  check_text(voter.residence.line);
  check_text(voter.residence.address_key);
  check_text(voter.residence.street_key);
  for (size_t i = 0; i < voter.n_problems; i++)
    check_text(voter.problems[i].value);
}

/* Read the whole table; returns the number of rows and rejected rows. */
static int64_t
read_table(const char *path, const ccd_table_format *format, size_t profile)
{
  CC_AUTO(ccd_source) source = NULL;
  CC_AUTO(ccd_table) table = NULL;
  CC_AUTO(ccd_voter_mapper) mapper = NULL;
  cc_error error;
  if (ccd_source_open(path, NULL, &source, &error) != CC_OK ||
      ccd_table_open(source, format, &table, &error) != CC_OK)
    return 0;
  cc_error_list errors = {.arena = arena};
  size_t n;
  const char *const *columns = ccd_table_columns(table, &n);
  if (ccd_voter_mapper_new(profiles[profile], columns, n, &mapper, &errors) != CC_OK)
    assert(mapper == NULL);
  ccd_table_row row;
  ccd_table_reject reject;
  ccd_table_step step;
  int64_t number = 0;
  while ((step = ccd_table_next(table, &row, &reject, &error)) > CCD_TABLE_END &&
         step != CCD_TABLE_FAILED) {
    number++;
    assert(number == (step == CCD_TABLE_ROW ? row.number : reject.number));
    for (size_t i = 0; i < row.n && step == CCD_TABLE_ROW; i++)
      check_text(row.fields[i]);
    if (step == CCD_TABLE_ROW && mapper != NULL)
      check_voter(mapper, &row);
    assert(step == CCD_TABLE_ROW ||
           (reject.code != NULL && reject.raw.length <= CCD_TABLE_RAW_MAX));
  }
  return number;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (arena == NULL)
    begin();
  if (size < 1)
    return 0;
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t) size - 1)
    return 0;
  char path[40];
  (void) snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  cc_arena_clear(arena);
  size_t profile = data[0] % n_profiles;
  ccd_table_guess guess;
  cc_error error = {0};
  if (ccd_table_guess_file(path, NULL, arena, &guess, &error) == CC_OK) {
    for (size_t i = 0; i < n_profiles; i++) {
      int score = ccd_profile_score(profiles[i], &guess);
      assert(score >= 0 && score <= 100);
    }
    ccd_table_format format = guess.format;
    static const int64_t widths[] = {3, 10, 1, 50};
    if (guess.fixed_width) {
      format.widths = widths;
      format.n_columns = CC_N(widths);
    }
    int64_t n = read_table(path, &format, profile);
    assert(read_table(path, &format, profile) == n);
  } else {
    assert(error.code[0] != '\0' && error.message[0] != '\0');
  }
  close(fd);
  return 0;
}
