/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command `campaign-centerd import`: imports files from the disk of the server. It enqueues a
 * job of the kind "import.local" and runs it in a worker in its own process, with the same code as
 * imports of the API. If the command is killed, the next run also continues the
 * interrupted import, because its worker runs all jobs of this kind. */
#include "server/import-command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ccd-queries.h"
#include "server/commands.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-server.h"
#include "server/serve.h"
#include "server/voters/ccd-import.h"
#include "server/voters/ccd-profile.h"

#define ARENA_MAX (8u << 20)
#define PROFILE_MAX (1u << 20)
#define POLL_NS 300000000 /* interval in nanoseconds of reading the import's state */
#define ARGS_MAX 64       /* parameters of a statement */

static const char usage[] =
  "usage: campaign-centerd import --organization SLUG [OPTION…] FILE…\n"
  "\n"
  "  --profile FILE|KEY     mapping profile: a JSON file, or the key of a shipped profile;\n"
  "                         default: the profile that fits best\n"
  "  --source ID            voter source that the files belong to; default: a new source\n"
  "  --permitted-use TEXT   permitted use of the files, stored with a new source\n"
  "  --complete             the files contain all voters of the source: voters of the source\n"
  "                         that are missing in them are treated as gone (needs --source)\n"
  "  --confirm              apply the import even if the dry run has doubts\n"
  "  --dry-run              only report what the import would change\n";

typedef struct request {
  const char *organization, *profile, *source, *permitted_use;
  bool complete, dry_run, confirm;
  char **files;
  int n_files;
} request;

typedef struct session {
  ccd_server *server;
  cc_arena *arena;
  const char *organization_id, *import_id, *job_id;
  int64_t organization;
} session;

/* Run one statement in its own transaction. @take, which may be NULL, must copy the values that
 * it needs: the rows are only valid during the call. */
static cc_status
run_query(session *s,
          ccd_tx tx,
          const ccd_query *statement,
          const ccd_arg *args,
          void (*take)(session *s, const ccd_rows *rows, void *data),
          void *data,
          cc_error *reterr)
{
  const ccd_context context = {.tx = tx,
                               .organization_id = s->organization,
                               .actor = "system",
                               .action = "import.command"};
  const ccd_own_args own = {.organization_id = s->organization_id};
  const char *values[ARGS_MAX];
  const ccd_rows *rows = NULL;
  ccd_db_conn *conn = NULL;
  cc_status status = ccd_query_args(statement, &own, args, ARGS_MAX, values, reterr);
  if (status == CC_OK)
    status = ccd_db_borrow(s->server->db, &conn, reterr);
  if (status != CC_OK)
    return status;
  status = ccd_db_query_in_own_tx(conn, &context, statement, values, &rows, reterr);
  if (status == CC_OK && take != NULL)
    take(s, rows, data);
  ccd_db_return(s->server->db, conn);
  return status;
}

static const char *
copy_column(session *s, const ccd_rows *rows, const char *column)
{
  const char *text = ccd_rows_get(rows, 0, column);
  return text != NULL ? cc_arena_strdup(s->arena, text) : NULL;
}

/* --- arguments and creation of the import --- */

static bool
parse_arguments(int argc, char **argv, request *ret)
{
  static const struct option options[] = {
    {"organization", required_argument, NULL, 'o'},
    {"profile", required_argument, NULL, 'p'},
    {"source", required_argument, NULL, 's'},
    {"permitted-use", required_argument, NULL, 'u'},
    {"complete", no_argument, NULL, 'c'},
    {"dry-run", no_argument, NULL, 'd'},
    {"confirm", no_argument, NULL, 'y'},
    {0},
  };
  ret->permitted_use = "As agreed with the provider of the files.";
  int c;
  /* NOLINTNEXTLINE(concurrency-mt-unsafe): before threads */
  while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
    if (c == 'o')
      ret->organization = optarg;
    else if (c == 'p')
      ret->profile = optarg;
    else if (c == 's')
      ret->source = optarg;
    else if (c == 'u')
      ret->permitted_use = optarg;
    else if (c == 'c')
      ret->complete = true;
    else if (c == 'd')
      ret->dry_run = true;
    else if (c == 'y')
      ret->confirm = true;
    else
      return false;
  }
  ret->files = argv + optind;
  ret->n_files = argc - optind;
  /* --complete marks missing voters as gone. A new source has no voters yet, so it needs an
   * existing source. */
  if (ret->complete && ret->source == NULL) {
    (void) fputs("--complete needs --source: it applies to the voters of that source.\n", stderr);
    return false;
  }
  return ret->organization != NULL && ret->n_files > 0;
}

/* Set @ret to a JSON array of the absolute paths of the files; add their sizes to @ret_bytes. */
static cc_status
list_files(session *s, const request *asked, const char **ret, int64_t *ret_bytes, cc_error *reterr)
{
  cc_str list = CC_STR_INIT(ARENA_MAX);
  cc_status status = CC_OK;
  cc_str_add_char(&list, '[');
  for (int i = 0; status == CC_OK && i < asked->n_files; i++) {
    struct stat about;
    char *path = realpath(asked->files[i], NULL);
    if (path == NULL || stat(path, &about) != 0) {
      status = cc_fail(reterr, CC_ERR_NOT_FOUND, "file", "There is no file %s", asked->files[i]);
    } else {
      if (i > 0)
        cc_str_add_char(&list, ',');
      cc_str_add_json(&list, path, strlen(path));
      *ret_bytes += about.st_size;
    }
    free(path);
  }
  cc_str_add_char(&list, ']');
  *ret = list.failed ? NULL : cc_arena_strdup(s->arena, list.text);
  cc_str_done(&list);
  if (status == CC_OK && *ret == NULL)
    return cc_fail_memory(reterr);
  return status;
}

static void
copy_id(session *s, const ccd_rows *rows, void *data)
{
  *(const char **) data = copy_column(s, rows, "id");
}

static cc_status
find_organization(session *s, const request *asked, cc_error *reterr)
{
  const ccd_arg args[] = {{"slug", asked->organization}, {0}};
  cc_status status = run_query(s,
                               CCD_READ,
                               &ccd_q_import_local_organization,
                               args,
                               copy_id,
                               &s->organization_id,
                               reterr);
  if (status == CC_OK && s->organization_id == NULL)
    return cc_fail(reterr,
                   CC_ERR_NOT_FOUND,
                   "organization",
                   "There is no organization %s",
                   asked->organization);
  if (status == CC_OK)
    s->organization = strtoll(s->organization_id, NULL, 10);
  return status;
}

/* Read a profile from a file, check it and save it under its name. Errors are printed to stderr. */
static cc_status
save_profile(session *s, const char *path, const char **ret_id, cc_error *reterr)
{
  cc_error_list errors = {.arena = s->arena};
  cc_voter_profile *profile = NULL;
  char *json = cc_arena_text(s->arena, PROFILE_MAX);
  FILE *file = fopen(path, "re");
  size_t n = file != NULL && json != NULL ? fread(json, 1, PROFILE_MAX - 1, file) : 0;
  if (file != NULL)
    (void) fclose(file);
  if (n == 0)
    return cc_fail(reterr,
                   CC_ERR_NOT_FOUND,
                   "profile",
                   "%s is neither a shipped profile nor a readable file",
                   path);
  json[n] = '\0';
  if (ccd_profile_parse(json, n, s->arena, &profile, &errors) != CC_OK) {
    for (size_t i = 0; i < errors.n; i++)
      (void)
        fprintf(stderr, "%s: %s: %s\n", path, errors.items[i].pointer, errors.items[i].message);
    return cc_fail(reterr, CC_ERR_INVALID, "profile", "The profile %s has errors", path);
  }
  const ccd_arg args[] = {
    {"name", profile->name},
    {"profile", json},
    {0},
  };
  return run_query(s,
                   CCD_WRITE,
                   &ccd_q_import_local_profile,
                   args,
                   copy_id,
                   (void *) ret_id,
                   reterr);
}

static void
copy_import(session *s, const ccd_rows *rows, void *data)
{
  s->import_id = copy_column(s, rows, "id");
  s->job_id = copy_column(s, rows, "job_id");
}

static cc_status
create_import(session *s, const request *asked, cc_error *reterr)
{
  const char *files = NULL, *profile_id = NULL;
  int64_t bytes = 0;
  bool shipped = asked->profile != NULL && ccd_profile_shipped(asked->profile) != NULL;
  cc_status status = find_organization(s, asked, reterr);
  if (status == CC_OK)
    status = list_files(s, asked, &files, &bytes, reterr);
  if (status == CC_OK && asked->profile != NULL && !shipped)
    status = save_profile(s, asked->profile, &profile_id, reterr);
  const char *slash = strrchr(asked->files[0], '/');
  const ccd_arg args[] = {
    {"name", slash != NULL ? slash + 1 : asked->files[0]},
    {"provider", NULL},
    {"permitted_use", asked->permitted_use},
    {"source_id", asked->source},
    {"profile_key", shipped ? asked->profile : NULL},
    {"profile_id", profile_id},
    {"complete", asked->complete ? "true" : "false"},
    {"dry_run", asked->dry_run ? "true" : "false"},
    {"confirm", asked->confirm ? "true" : "false"},
    {"files", files},
    {"bytes", ccd_text_int64(s->arena, bytes)},
    {0},
  };
  if (status == CC_OK)
    status = run_query(s, CCD_WRITE, &ccd_q_import_local, args, copy_import, NULL, reterr);
  if (status == CC_OK)
    ccd_jobs_wake(s->server->jobs);
  return status;
}

/* --- watching the import --- */

typedef struct progress {
  char state[32], code[40], error[300];
  bool over; /* true: the import and its job have ended */
} progress;

/* Copy the state to the progress in @data and print it. At the end print the report as JSON. */
static void
copy_state(session *s, const ccd_rows *rows, void *data)
{
  static const char *const ends[] = {"done", "undone", "cancelled", "failed"};
  progress *seen = data;
  const char *code = ccd_rows_get(rows, 0, "error_code");
  const char *error = ccd_rows_get(rows, 0, "error");
  const char *job = ccd_rows_get(rows, 0, "job_state");
  const char *problems = ccd_rows_get(rows, 0, "problems");
  (void) snprintf(seen->state, sizeof(seen->state), "%s", ccd_rows_get(rows, 0, "state"));
  (void) snprintf(seen->code, sizeof(seen->code), "%s", code != NULL ? code : "");
  (void) snprintf(seen->error, sizeof(seen->error), "%s", error != NULL ? error : "");
  for (size_t i = 0; i < CC_N(ends); i++)
    seen->over = seen->over || strcmp(seen->state, ends[i]) == 0;
  seen->over = (seen->over && strcmp(job, "done") == 0) || strcmp(job, "failed") == 0;
  (void) fprintf(stderr,
                 "\r%-10s %3.0f %%  %" PRId64 " rows read, %" PRId64 " rejected   ",
                 seen->state,
                 100 * strtod(ccd_rows_get(rows, 0, "progress"), NULL),
                 ccd_rows_int64(rows, 0, "rows_read"),
                 ccd_rows_int64(rows, 0, "rows_rejected"));
  if (!seen->over)
    return;
  const char *done = ccd_rows_get(rows, 0, "applied");
  const char *planned = ccd_rows_get(rows, 0, "planned");
  (void) fputc('\n', stderr);
  printf("{\"import\":%s,\"state\":\"%s\",\"planned\":%s,\"applied\":%s,\"problems\":%s,"
         "\"columns\":%s,"
         "\"doubts\":%s}\n",
         s->import_id,
         seen->state,
         planned != NULL ? planned : "null",
         done != NULL ? done : "null",
         problems != NULL ? problems : "[]",
         ccd_rows_get(rows, 0, "columns"),
         ccd_rows_get(rows, 0, "doubts"));
}

/* Wait for the end of the import and print its progress; SIGINT and SIGTERM cancel it. Returns the
 * exit code: 0 done, 1 failed, 130 cancelled. */
static int
watch_import(session *s, const request *asked, cc_error *reterr)
{
  const ccd_arg args[] = {
    {"import_id", s->import_id},
    {"job_id", s->job_id},
    {0},
  };
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  progress seen = {0};
  while (!seen.over) {
    if (sigtimedwait(&signals, NULL, &(struct timespec){.tv_nsec = POLL_NS}) > 0) {
      (void) fprintf(stderr, "\nstopping: changes that were already made are undone\n");
      (void) run_query(s, CCD_WRITE, &ccd_q_import_local_cancel, args, NULL, NULL, reterr);
    }
    /* Errors are ignored: the database may be unavailable for a moment, and the job waits for it
     * as well. */
    (void) run_query(s, CCD_READ, &ccd_q_import_local_state, args, copy_state, &seen, reterr);
  }
  if (strcmp(seen.state, "done") == 0 || (asked->dry_run && strcmp(seen.code, "dry_run") == 0))
    return 0;
  (void) fprintf(stderr, "campaign-centerd: %s\n", *seen.error != '\0' ? seen.error : seen.state);
  return strcmp(seen.state, "cancelled") == 0 ? 130 : 1;
}

int
ccd_command_import(int argc, char **argv)
{
  static ccd_server server;
  static const ccd_job_kind *const kinds[] = {ccd_import_local_jobs, NULL};
  request asked = {0};
  cc_error error = {0};
  if (!parse_arguments(argc, argv, &asked)) {
    (void) fputs(usage, stderr);
    return 2;
  }
  ccd_program_block_signals();
  session s = {.server = &server, .arena = cc_arena_new(ARENA_MAX)};
  int code = 1;
  cc_status status =
    s.arena != NULL ? ccd_program_start_jobs(&server, kinds, &error) : cc_fail_memory(&error);
  if (status == CC_OK)
    status = create_import(&s, &asked, &error);
  if (status == CC_OK)
    code = watch_import(&s, &asked, &error);
  else
    (void) fprintf(stderr, "campaign-centerd: %s\n", error.message);
  ccd_program_stop(&server);
  cc_arena_free(s.arena);
  return code;
}
