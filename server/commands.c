/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/api/cc-code.h"
#include "common/api/cc-voter.h"
#include "common/rules/cc-machine-print.h"
#include "common/rules/cc-rules-sql.h"
#include "server/accounts/ccd-password.h"
#include "server/data/ccd-audit.h"
#include "server/data/ccd-migrate.h"
#include "server/data/ccd-restored.h"
#include "server/engine/ccd-config.h"
#include "server/engine/ccd-openapi.h"
#include "server/engine/ccd-reseal.h"
#include "server/providers/ccd-ask-ready.h"

#define DOCUMENT_MAX (16u * 1024 * 1024)

/* Types whose fields appear in files of db/functions, in placeholders such as {Voter.imported}. */
static const cc_type *const described[] = {&cc_voter_type, NULL};

static int
print_failure(const cc_error *error)
{
  (void) fprintf(stderr, "campaign-centerd: %s\n", error->message);
  return 1;
}

/* Read the configuration, which must contain the owner's connection. */
static cc_status
read_owner_config(ccd_config *config, cc_error *reterr)
{
  cc_status status = ccd_config_read(config, reterr);
  if (status != CC_OK || *config->migration_database_url != '\0')
    return status;
  ccd_config_done(config);
  return cc_fail(reterr, CC_ERR_INVALID, "required", "MIGRATION_DATABASE_URL is not set");
}

int
ccd_command_migrate(int argc, char **argv)
{
  ccd_config config = {0};
  cc_error error = {0};
  ccd_migrated done = {0};
  if (read_owner_config(&config, &error) != CC_OK)
    return print_failure(&error);
  cc_status status = ccd_migrate(config.migration_database_url,
                                 config.migrations_folder,
                                 config.functions_folder,
                                 described,
                                 &done,
                                 &error);
  ccd_config_done(&config);
  if (status != CC_OK)
    return print_failure(&error);
  printf("%d migrations and %d files of functions applied\n", done.migrations, done.functions);
  return 0;
}

int
ccd_command_config(int argc, char **argv)
{
  ccd_config config = {0};
  cc_error error = {0};
  if (ccd_config_read(&config, &error) != CC_OK)
    return print_failure(&error);
  ccd_config_print(&config, stdout);
  ccd_config_done(&config);
  return 0;
}

/* Request /readyz from the server with the same settings, for containers and service managers
 * without an HTTP client. Exit code 0: ready. */
int
ccd_command_health(int argc, char **argv)
{
  ccd_config config = {0};
  cc_error error = {0};
  if (ccd_config_read(&config, &error) != CC_OK)
    return print_failure(&error);
  cc_str reply = CC_STR_INIT(4096);
  bool ready = false;
  cc_status status = ccd_ask_ready(&config, &reply, &ready, &error);
  ccd_config_done(&config);
  if (status == CC_OK)
    (void) fputs(reply.text == NULL ? "" : reply.text, stdout);
  cc_str_done(&reply);
  if (status != CC_OK)
    return print_failure(&error);
  return ready ? 0 : 1;
}

/* Print the document with indentation, so that changes of the committed file can be reviewed. */
int
ccd_command_openapi(int argc, char **argv)
{
  cc_str text = CC_STR_INIT(DOCUMENT_MAX);
  ccd_openapi_write(ccd_route_tables, &text);
  json_error_t reason;
  json_t *tree =
    text.failed ? NULL : json_loadb(text.text, text.length, JSON_REJECT_DUPLICATES, &reason);
  cc_str_done(&text);
  if (tree == NULL) {
    (void) fprintf(stderr, "campaign-centerd: the document is no JSON: %s\n", reason.text);
    return 1;
  }
  char *pretty = json_dumps(tree, JSON_INDENT(1));
  json_decref(tree);
  if (pretty == NULL)
    return 1;
  puts(pretty);
  free(pretty);
  return 0;
}

int
ccd_command_codes(int argc, char **argv)
{
  cc_str text = CC_STR_INIT(DOCUMENT_MAX);
  cc_codes_doc(&text);
  bool good = !text.failed && fputs(text.text, stdout) >= 0;
  cc_str_done(&text);
  return good ? 0 : 1;
}

/* Print files generated from the tables of common/rules: SQL, or the page about states. */
int
ccd_command_rules(int argc, char **argv)
{
  const char *what = argc == 2 ? argv[1] : "";
  bool sql = strcmp(what, "sql") == 0;
  if (!sql && strcmp(what, "states") != 0) {
    (void) fprintf(stderr, "usage: campaign-centerd rules sql|states\n");
    return 2;
  }
  cc_str text = CC_STR_INIT(DOCUMENT_MAX);
  if (sql)
    cc_rules_sql(&text);
  else
    cc_machines_doc(&text);
  bool good = !text.failed && fputs(text.text, stdout) >= 0;
  cc_str_done(&text);
  return good ? 0 : 1;
}

static void
print_problem(void *data, int64_t organization, int64_t seq, const char *problem)
{
  printf("organization %" PRId64 " entry %" PRId64 ": %s\n", organization, seq, problem);
}

int
ccd_command_restored(int argc, char **argv)
{
  ccd_config config = {0};
  cc_error error = {0};
  if (read_owner_config(&config, &error) != CC_OK)
    return print_failure(&error);
  cc_status status = ccd_restored(config.migration_database_url, &error);
  ccd_config_done(&config);
  if (status != CC_OK)
    return print_failure(&error);
  puts("The change feed has a new generation: phones, live screens and integrations read their "
       "lists again.");
  return 0;
}

/* Print the result of reseal and the operator's next steps. */
static void
print_resealed(const ccd_keys *keys, bool erasure_set, const ccd_resealed *done)
{
  printf("%" PRId64 " secrets sealed again, %" PRId64 " that no key opens\n",
         done->sealed,
         done->closed);
  if (keys->n_before > 0 && !erasure_set) {
    printf("Keep this setting, so that imports go on knowing erased people:\nERASURE_KEY=");
    for (size_t i = 0; i < sizeof(keys->erasure); i++)
      printf("%02x", keys->erasure[i]);
    printf("\n");
  }
  if (done->kept > 0)
    printf("SECRET_KEY_PREVIOUS can go in 25 hours: %" PRId64
           " answers that are kept for repeated requests need it.\n",
           done->kept);
  else if (done->closed == 0)
    puts("SECRET_KEY_PREVIOUS can go, once no server runs without the new SECRET_KEY.");
}

int
ccd_command_reseal(int argc, char **argv)
{
  ccd_config config = {0};
  cc_error error = {0};
  ccd_keys keys = {0};
  ccd_resealed done = {0};
  if (read_owner_config(&config, &error) != CC_OK)
    return print_failure(&error);
  cc_status status = ccd_keys_derive(config.secret_key, &keys, &error);
  if (status == CC_OK)
    status = ccd_keys_add_previous(&keys, config.secret_key_previous, config.erasure_key, &error);
  if (status == CC_OK)
    status = ccd_reseal(config.migration_database_url, &keys, &done, &error);
  if (status == CC_OK)
    print_resealed(&keys, *config.erasure_key != '\0', &done);
  explicit_bzero(&keys, sizeof(keys));
  ccd_config_done(&config);
  if (status != CC_OK)
    return print_failure(&error);
  return done.closed == 0 ? 0 : 1;
}

int
ccd_command_audit(int argc, char **argv)
{
  if (argc != 2 || strcmp(argv[1], "verify") != 0) {
    (void) fprintf(stderr, "usage: campaign-centerd audit verify\n");
    return 2;
  }
  ccd_config config = {0};
  cc_error error = {0};
  if (read_owner_config(&config, &error) != CC_OK)
    return print_failure(&error);
  ccd_audit_count count = {0};
  cc_status status =
    ccd_audit_verify(config.migration_database_url, print_problem, NULL, &count, &error);
  ccd_config_done(&config);
  if (status != CC_OK)
    return print_failure(&error);
  printf("%" PRId64 " organizations, %" PRId64 " entries, %" PRId64 " problems\n",
         count.organizations,
         count.entries,
         count.problems);
  return count.problems == 0 ? 0 : 1;
}

int
ccd_command_hash_password(int argc, char **argv)
{
  cc_error error = {0};
  return ccd_password_hash_line(stdin, stdout, &error) == CC_OK ? 0 : print_failure(&error);
}
