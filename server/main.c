/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jemalloc/jemalloc.h>
#include <stdio.h>
#include <string.h>

#include "common/codec/cc-codec.h"
#include "server/commands.h"
#include "server/import-command.h"
#include "server/serve.h"

/* The program campaign-centerd: selects the command. Each command is a few lines in commands.c
 * or serve.c. */

/* Options that jemalloc reads at the first allocation. Allocations of up to 256 KiB come from
 * the thread's cache: with the default of 32 KiB, lists of 70 kB had a p99 of 60 ms instead of
 * 19 ms. Four arenas: with two, threads wait for each other; each further arena costs an idle
 * server 100 kB. */
const char *malloc_conf = "lg_tcache_max:18,narenas:4";

typedef struct command {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *doc;
} command;

static int print_version(int argc, char **argv);
static int print_usage(int argc, char **argv);

static const command commands[] = {
  {"serve", ccd_command_serve, "run the API server"},
  {"worker", ccd_command_worker, "run the jobs of the queue and nothing else"},
  {"migrate", ccd_command_migrate, "bring the database up to date"},
  {"import", ccd_command_import, "import files of voters"},
  {"health",
   ccd_command_health,
   "ask the local server whether requests succeed; exit code 0 means yes"},
  {"config", ccd_command_config, "print the configuration, secrets hidden"},
  {"openapi", ccd_command_openapi, "print the OpenAPI document"},
  {"codes", ccd_command_codes, "print the page of error codes"},
  {"rules", ccd_command_rules, "print what is made from the program's rules: sql, states"},
  {"restored",
   ccd_command_restored,
   "begin a new feed, after the database was restored from a dump"},
  {"reseal", ccd_command_reseal, "seal stored secrets with the new SECRET_KEY"},
  {"audit", ccd_command_audit, "verify: find edited, removed or moved rows of the audit log"},
  {"hash-password",
   ccd_command_hash_password,
   "read a password from standard input, print its hash"},
  {"version", print_version, "print the release"},
  {"help", print_usage, "print this list"},
};

static int
print_version(int argc, char **argv)
{
  (void) argc;
  (void) argv;
  (void) puts("campaign-centerd " CCD_VERSION);
  return 0;
}

static void
write_usage(FILE *file)
{
  (void) fprintf(file, "usage: campaign-centerd COMMAND\n\n");
  for (size_t i = 0; i < CC_N(commands); i++)
    (void) fprintf(file, "  %-14s %s\n", commands[i].name, commands[i].doc);
}

static int
print_usage(int argc, char **argv)
{
  (void) argc;
  (void) argv;
  write_usage(stdout);
  return 0;
}

int
main(int argc, char **argv)
{
  cc_codec_init();
  const char *name = argc > 1 ? argv[1] : "";
  name += strncmp(name, "--", 2) == 0 ? 2 : 0; /* --help and --version are accepted, too */
  for (size_t i = 0; i < CC_N(commands); i++) {
    if (strcmp(commands[i].name, name) == 0)
      return commands[i].run(argc - 1, argv + 1);
  }
  write_usage(stderr);
  return 2;
}
