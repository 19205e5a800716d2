/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chooses the mapping profile for a file of an import; see ccd-import-choose.h. */
#include "server/voters/ccd-import-choose.h"

#include <string.h>

#include "ccd-queries.h"
#include "server/jobs/ccd-job-run.h"
#include "server/voters/ccd-profile.h"

#define FIT_LEAST 5 /* lowest score with which a profile is chosen automatically */

static cc_status
parse_profile(const char *json,
              size_t length,
              cc_arena *arena,
              cc_voter_profile **ret,
              cc_error *reterr)
{
  cc_error_list errors = {.arena = arena};
  cc_status status = ccd_profile_parse(json, length, arena, ret, &errors);
  if (status != CC_OK && errors.n > 0)
    *reterr = errors.items[0];
  return status;
}

/* Find the profile with the highest score. The organization's own profiles are tried before the
 * shipped ones, so an own profile is chosen when scores are equal. */
static cc_status
choose_profile(ccd_import *import,
               cc_arena *arena,
               const ccd_table_guess *guess,
               ccd_import_choice *best,
               cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  const ccd_job_tx tx = {.read = true};
  cc_status status =
    ccd_job_once(import->job, &tx, &ccd_q_import_own_profiles, NULL, &rows, reterr);
  for (int i = 0; status == CC_OK && i < ccd_rows_n(rows); i++) {
    const char *json = ccd_rows_get(rows, i, "profile");
    cc_voter_profile *profile = NULL;
    if (parse_profile(json, strlen(json), arena, &profile, reterr) != CC_OK)
      continue;
    int score = ccd_profile_score(profile, guess);
    if (score > best->score)
      *best = (ccd_import_choice){.profile = profile, .key = "own", .score = score};
  }
  const ccd_shipped_profile *each = ccd_shipped_profiles;
  for (; status == CC_OK && each->key != NULL; each++) {
    cc_voter_profile *profile = NULL;
    status = parse_profile(each->json, each->length, arena, &profile, reterr);
    int score = status == CC_OK ? ccd_profile_score(profile, guess) : 0;
    if (score > best->score)
      *best = (ccd_import_choice){.profile = profile, .key = each->key, .score = score};
  }
  return status;
}

cc_status
ccd_import_choose(ccd_import *import,
                  cc_arena *arena,
                  const ccd_table_guess *guess,
                  ccd_import_choice *ret,
                  cc_error *reterr)
{
  if (import->profile_json != NULL) {
    ret->key = "own";
    return parse_profile(import->profile_json,
                         strlen(import->profile_json),
                         arena,
                         &ret->profile,
                         reterr);
  }
  if (import->profile_key != NULL) {
    const ccd_shipped_profile *shipped = ccd_profile_shipped(import->profile_key);
    ret->key = import->profile_key;
    return shipped != NULL
             ? parse_profile(shipped->json, shipped->length, arena, &ret->profile, reterr)
             : cc_fail(reterr,
                       CC_ERR_INVALID,
                       "no_profile",
                       "There is no shipped profile with this key");
  }
  cc_status status = choose_profile(import, arena, guess, ret, reterr);
  if (status == CC_OK && ret->score < FIT_LEAST && guess->fixed_width)
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "no_profile",
                   "The file has lines of %lld characters without a delimiter: save a profile "
                   "with the widths of its columns, and import the file with it",
                   (long long) guess->line_length);
  if (status == CC_OK && ret->score < FIT_LEAST)
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "no_profile",
                   "No profile fits this file: save a profile that maps its columns, and import "
                   "the file with it");
  return status;
}
