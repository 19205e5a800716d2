/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/accounts/ccd-password.h"
#include "server/data/ccd-audit.h"
#include "server/data/ccd-migrate.h"
#include "server/engine/ccd-config.h"
#include "server/engine/ccd-openapi.h"

#define DOCUMENT_MAX (16u * 1024 * 1024)

static int
print_failure(const cc_error *error)
{
  (void) fprintf(stderr, "campaign-centerd: %s\n", error->message);
  return 1;
}

int
ccd_command_migrate(int argc, char **argv)
{
  ccd_config config = {0};
  cc_error error = {0};
  ccd_migrated done = {0};
  if (ccd_config_read(&config, &error) != CC_OK)
    return print_failure(&error);
  cc_status status =
    *config.migration_database_url == '\0'
      ? cc_fail(&error, CC_ERR_INVALID, "required", "MIGRATION_DATABASE_URL is not set")
      : ccd_migrate(config.migration_database_url,
                    config.migrations_folder,
                    config.functions_folder,
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

/* Indented, so that a change of the committed file can be read. */
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

static void
print_problem(void *data, int64_t organization, int64_t seq, const char *problem)
{
  printf("organization %" PRId64 " entry %" PRId64 ": %s\n", organization, seq, problem);
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
  if (ccd_config_read(&config, &error) != CC_OK)
    return print_failure(&error);
  if (*config.migration_database_url == '\0') {
    ccd_config_done(&config);
    (void) cc_fail(&error, CC_ERR_INVALID, "required", "MIGRATION_DATABASE_URL is not set");
    return print_failure(&error);
  }
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
