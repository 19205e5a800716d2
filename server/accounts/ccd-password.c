/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accounts/ccd-password.h"

#include <argon2.h>
#include <stdlib.h>
#include <string.h>
#include <zxcvbn.h>

#include "common/api/cc-account.h"
#include "common/base/cc-utf8.h"
#include "server/accounts/ccd-breached.h"
#include "server/accounts/ccd-hasher.h"
#include "server/engine/ccd-crypto.h"

/* Hashes and checks passwords with Argon2id, and applies the rules for new passwords (length,
 * zxcvbn score, list of stolen passwords). */

#define MEMORY_KIB (19u * 1024)
#define PASSES 2
#define LANES 1
#define SALT_BYTES 16
#define PHC_MAX 128
#define PARAMETERS "$argon2id$v=19$m=19456,t=2,p=1$"

/* zxcvbn returns bits of entropy; its score 3, "safely unguessable", begins at 10^8 guesses. */
#define ENTROPY_MIN 26.575
#define WORDS_MAX 16

/* Hash of an arbitrary text with the current parameters, against which passwords for unknown
 * accounts are checked, so that the time does not reveal whether an account exists. */
static const char dummy_hash[] =
  PARAMETERS "Y2FtcGFpZ24tY2VudGVyIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/* A task for the hasher threads. */
typedef struct hashing {
  const char *password;
  size_t length;
  const char *against; /* NULL: make a new hash; otherwise the hash to verify */
  char made[PHC_MAX];
  int result;
} hashing;

static void
hash_work(void *data)
{
  hashing *task = data;

  if (task->against != NULL) {
    task->result = argon2id_verify(task->against, task->password, task->length);
    return;
  }
  uint8_t salt[SALT_BYTES];
  ccd_random(salt, sizeof(salt));
  task->result = argon2id_hash_encoded(PASSES,
                                       MEMORY_KIB,
                                       LANES,
                                       task->password,
                                       task->length,
                                       salt,
                                       sizeof(salt),
                                       CCD_HASH_BYTES,
                                       task->made,
                                       sizeof(task->made));
}

static cc_status
run_hashing(cc_arena *arena, const char *password, hashing *task, cc_error *reterr)
{
  task->password = cc_utf8_nfc(arena, password, strlen(password));
  if (task->password == NULL)
    return cc_fail_memory(reterr);
  task->length = strlen(task->password);
  cc_status status = ccd_hasher_run(hash_work, task, reterr);
  if (status != CC_OK)
    return status;
  if (task->result == ARGON2_MEMORY_ALLOCATION_ERROR)
    return cc_fail_memory(reterr);
  return CC_OK;
}

cc_status
ccd_password_hash(cc_arena *arena, const char *password, char **ret, cc_error *reterr)
{
  hashing task = {.against = NULL};

  cc_status status = run_hashing(arena, password, &task, reterr);
  if (status != CC_OK)
    return status;
  if (task.result != ARGON2_OK)
    return cc_fail(reterr,
                   CC_ERR_INTERNAL,
                   "argon2",
                   "Argon2: %s",
                   argon2_error_message(task.result));
  char *made = cc_arena_strdup(arena, task.made);
  if (made == NULL)
    return cc_fail_memory(reterr);
  *ret = made;
  return CC_OK;
}

cc_status
ccd_password_verify(cc_arena *arena,
                    const char *password,
                    const char *hash,
                    bool *ret_right,
                    cc_error *reterr)
{
  hashing task = {.against = hash != NULL ? hash : dummy_hash};

  cc_status status = run_hashing(arena, password, &task, reterr);
  if (status != CC_OK)
    return status;
  /* Only a definite match counts as right: a damaged stored hash matches no password. */
  *ret_right = hash != NULL && task.result == ARGON2_OK;
  return CC_OK;
}

bool
ccd_password_needs_rehash(const char *hash)
{
  return strncmp(hash, PARAMETERS, sizeof(PARAMETERS) - 1) != 0;
}

static cc_status
refuse_password(cc_error_list *errors,
                const char *code,
                const char *pointer,
                const char *why,
                const char *hint)
{
  cc_error *item = cc_error_list_add(errors, code, pointer, "%s", why);
  if (item != NULL)
    cc_error_hint(item, "%s", hint);
  return CC_ERR_INVALID;
}

cc_status
ccd_password_check(const char *password,
                   const char *pointer,
                   const char *const *words,
                   cc_error_list *reterr)
{
  const char *text = cc_utf8_nfc(reterr->arena, password, strlen(password));
  if (text == NULL)
    return CC_ERR_NO_MEMORY;
  long length = cc_utf8_length(text, strlen(text));
  if (length < CC_PASSWORD_MIN)
    return refuse_password(reterr,
                           "too_short",
                           pointer,
                           "The password must have at least 12 characters.",
                           "Use a few unrelated words.");
  if (length > CC_PASSWORD_MAX)
    return refuse_password(reterr,
                           "too_long",
                           pointer,
                           "The password must have at most 128 characters.",
                           "Use a shorter password.");
  const char *known[WORDS_MAX + 2] = {"campaign center"};
  size_t n = 1;
  for (; n <= WORDS_MAX && words != NULL && words[n - 1] != NULL; n++)
    known[n] = words[n - 1];
  if (ZxcvbnMatch(text, known, /* info= */ NULL) < ENTROPY_MIN)
    return refuse_password(reterr,
                           "too_weak",
                           pointer,
                           "The password is too easy to guess.",
                           "Avoid names, dates and single common words. Use a few unrelated "
                           "words.");
  if (ccd_breached_has(text))
    return refuse_password(reterr,
                           "breached",
                           pointer,
                           "This password is on a list of stolen passwords, which attackers try "
                           "first.",
                           "Choose another password, and also change it wherever else you use it.");
  return CC_OK;
}

cc_status
ccd_password_hash_line(FILE *in, FILE *out, cc_error *reterr)
{
  char *line = NULL, *hash = NULL;
  size_t capacity = 0;
  ssize_t length = getline(&line, &capacity, in);

  if (length > 0 && line[length - 1] == '\n')
    line[--length] = '\0';
  cc_status status = CC_OK;
  cc_arena *arena = cc_arena_new(64 * 1024);
  if (arena == NULL)
    status = cc_fail_memory(reterr);
  else if (length <= 0 || length > 4 * CC_PASSWORD_MAX || strlen(line) != (size_t) length ||
           cc_utf8_length(line, (size_t) length) < 0)
    status = cc_fail(reterr,
                     CC_ERR_INVALID,
                     "password",
                     "Write the password as one line of UTF-8 text to standard input.");
  else
    status = ccd_password_hash(arena, line, &hash, reterr);
  if (status == CC_OK && (fprintf(out, "%s\n", hash) < 0 || fflush(out) != 0))
    status = cc_fail(reterr, CC_ERR_INTERNAL, "output", "The hash could not be written");
  if (line != NULL)
    explicit_bzero(line, capacity);
  free(line);
  cc_arena_free(arena);
  ccd_hasher_stop();
  return status;
}
