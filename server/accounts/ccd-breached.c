/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accounts/ccd-breached.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "common/api/cc-account.h"
#include "server/engine/ccd-config.h"
#include "server/engine/ccd-crypto.h"
#include "server/engine/ccd-log.h"

/* Keeps the list of stolen passwords in memory. Loaded once at start; read by ccd-password.c. */

#define LINE_MAX_BYTES 1024

/* The first 64 bits of the SHA-256 of each password, sorted: a million passwords take 8 MB.
 * Read-only after the start. */
static uint64_t *known;
static size_t n_known;

static uint64_t
mark_of(const char *password)
{
  char lower[LINE_MAX_BYTES];
  uint8_t hash[CCD_HASH_BYTES];
  uint64_t mark;
  size_t n = 0;

  for (; password[n] != '\0' && n < sizeof(lower); n++)
    lower[n] = (char) (password[n] >= 'A' && password[n] <= 'Z' ? password[n] + 32 : password[n]);
  ccd_sha256(lower, n, hash);
  explicit_bzero(lower, sizeof(lower));
  memcpy(&mark, hash, sizeof(mark));
  return mark;
}

static int
compare_marks(const void *a, const void *b)
{
  const uint64_t *first = a, *second = b;
  return (*first > *second) - (*first < *second);
}

static bool
add_mark(uint64_t mark, size_t *capacity)
{
  if (n_known == *capacity) {
    size_t more = *capacity == 0 ? 1024 : *capacity * 2;
    uint64_t *grown = reallocarray(known, more, sizeof(*grown));
    if (grown == NULL)
      return false;
    known = grown;
    *capacity = more;
  }
  known[n_known++] = mark;
  return true;
}

/* Read the lines of the list. A password has at least as many bytes as characters, so lines with
 * fewer bytes than the minimal number of characters are skipped. */
static cc_status
read_lines(gzFile file, cc_error *reterr)
{
  char line[LINE_MAX_BYTES];
  size_t capacity = 0;

  while (gzgets(file, line, sizeof(line)) != NULL) {
    line[strcspn(line, "\r\n")] = '\0';
    if (strlen(line) >= CC_PASSWORD_MIN && !add_mark(mark_of(line), &capacity))
      return cc_fail_memory(reterr);
  }
  return CC_OK;
}

cc_status
ccd_breached_load(const char *path, cc_error *reterr)
{
  if (*path == '\0' || (strcmp(path, CCD_PASSWORD_LIST) == 0 && access(path, F_OK) != 0))
    return CC_OK;
  gzFile file = gzopen(path, "rbe");
  if (file == NULL)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "open",
                         "PASSWORD_LIST",
                         "PASSWORD_LIST names a file that cannot be read: %s",
                         path);
  cc_status status = read_lines(file, reterr);
  bool whole = gzclose_r(file) == Z_OK;
  if (status == CC_OK && !whole)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "broken",
                         "PASSWORD_LIST",
                         "PASSWORD_LIST names a file that is truncated or damaged: %s",
                         path);
  if (n_known > 0)
    qsort(known, n_known, sizeof(*known), compare_marks);
  ccd_log(CCD_INFO, "passwords.listed", CCD_NUMBER("n", (int64_t) n_known));
  return status;
}

void
ccd_breached_done(void)
{
  free(known);
  known = NULL;
  n_known = 0;
}

bool
ccd_breached_has(const char *password)
{
  uint64_t mark = mark_of(password);
  return n_known > 0 && bsearch(&mark, known, n_known, sizeof(*known), compare_marks) != NULL;
}
