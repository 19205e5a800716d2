/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handlers of ccd-imports-routes.c that do more than run one statement: they check profiles, and
 * receive and send files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ccd-queries.h"
#include "common/api/cc-import.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-reply-file.h"
#include "server/engine/ccd-server.h"
#include "server/engine/ccd-spool.h"
#include "server/voters/ccd-import.h"
#include "server/voters/ccd-profile.h"

/* Reply with the first of @rows, decoded as @type; 404 when there is no row. */
static cc_status
reply_with(ccd_call *call, const ccd_rows *rows, const cc_type *type, cc_error *reterr)
{
  if (ccd_rows_n(rows) == 0)
    return cc_fail_absent(reterr);
  void *reply = cc_arena_alloc(call->arena, type->size);
  if (reply == NULL)
    return cc_fail_memory(reterr);
  call->reply = reply;
  return ccd_rows_bind(rows, 0, type, call->arena, reply, reterr);
}

/* --- profiles --- */

static cc_status
save_profile(ccd_call *call, const ccd_query *query, cc_error *reterr)
{
  const cc_saved_profile *body = call->body;
  const ccd_rows *rows = NULL;
  if (ccd_profile_check(body->profile, "/profile", &call->errors) != CC_OK)
    return cc_fail(reterr, CC_ERR_INVALID, "invalid", "The profile has errors; see errors");
  cc_status status = ccd_call_query(call, query, NULL, &rows, reterr);
  return status == CC_OK ? reply_with(call, rows, &cc_saved_profile_type, reterr) : status;
}

cc_status
ccd_voter_profile_create(ccd_call *call, cc_error *reterr)
{
  return save_profile(call, &ccd_q_voter_profile_create, reterr);
}

cc_status
ccd_voter_profile_replace(ccd_call *call, cc_error *reterr)
{
  return save_profile(call, &ccd_q_voter_profile_replace, reterr);
}

cc_status
ccd_shipped_profiles_get(ccd_call *call, cc_error *reterr)
{
  size_t n = 0;
  while (ccd_shipped_profiles[n].key != NULL)
    n++;
  cc_shipped_profiles *reply = cc_arena_alloc(call->arena, sizeof(*reply));
  cc_shipped_profile **items = cc_arena_alloc(call->arena, n * sizeof(cc_shipped_profile *));
  if (reply == NULL || items == NULL)
    return cc_fail_memory(reterr);
  for (size_t i = 0; i < n; i++) {
    const ccd_shipped_profile *shipped = &ccd_shipped_profiles[i];
    items[i] = cc_arena_alloc(call->arena, sizeof(*items[i]));
    if (items[i] == NULL)
      return cc_fail_memory(reterr);
    items[i]->key = cc_arena_strdup(call->arena, shipped->key);
    cc_status status = ccd_profile_parse(shipped->json,
                                         shipped->length,
                                         call->arena,
                                         &items[i]->profile,
                                         &call->errors);
    if (status != CC_OK)
      return cc_fail(reterr,
                     CC_ERR_INTERNAL,
                     "profile",
                     "The shipped profile %s is not valid",
                     shipped->key);
  }
  reply->profiles = items;
  reply->n_profiles = n;
  call->reply = reply;
  return CC_OK;
}

/* --- files --- */

cc_status
ccd_import_create(ccd_call *call, cc_error *reterr)
{
  const cc_import *body = call->body;
  const ccd_rows *rows = NULL;
  if (body->profile_key != NULL && ccd_profile_shipped(body->profile_key) == NULL)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "no_profile",
                         "/profile_key",
                         "There is no shipped profile with this key; see listShippedProfiles");
  if (body->profile_key != NULL && body->profile_id != NULL)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "two_profiles",
                         "/profile_key",
                         "Send profile_id or profile_key, not both");
  cc_status status = ccd_call_query(call, &ccd_q_import_create, NULL, &rows, reterr);
  return status == CC_OK ? reply_with(call, rows, &cc_import_type, reterr) : status;
}

/* Returns the name, relative to STORAGE_FOLDER, of a file of the import. @what: "file" or
 * "rejects.csv". */
static const char *
import_file_name(ccd_call *call, const char *what)
{
  const cc_import_ref *ref = call->params;
  return ccd_import_place_name(call->arena, call->actor->organization_id, ref->import_id, what);
}

/* Handler of the upload of an import's file. Locks the import's row first, so that two
 * simultaneous uploads for one import are not mixed. */
cc_status
ccd_import_put_file(ccd_call *call, cc_error *reterr)
{
  const cc_import_piece *piece = call->query;
  const ccd_rows *rows = NULL;
  int64_t length = call->spool->length;
  const ccd_arg sent[] = {{"bytes", ccd_text_int64(call->arena, length)}, {0}};
  cc_status status = ccd_call_query(call, &ccd_q_import_lock, sent, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return reply_with(call, rows, &cc_import_type, reterr);
  if (status == CC_OK)
    status =
      piece->offset == NULL
        ? ccd_spool_keep(call, import_file_name(call, "file"), reterr)
        : ccd_spool_append(call, import_file_name(call, "file"), *piece->offset, &length, reterr);
  const ccd_arg args[] = {{"bytes", ccd_text_int64(call->arena, length)}, {0}};
  if (status == CC_OK)
    status = ccd_call_query(call, &ccd_q_import_uploaded, args, &rows, reterr);
  return status == CC_OK ? reply_with(call, rows, &cc_import_type, reterr) : status;
}

cc_status
ccd_import_get_rejects(ccd_call *call, cc_error *reterr)
{
  static const char none[] = "file,line,column,reason,message,raw\n";
  const ccd_rows *rows = NULL;
  int fd = -1;
  cc_status status = ccd_call_query(call, &ccd_q_import_exists, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  const ccd_file file = {.name = "rejects.csv"};
  if (ccd_spool_open(ccd_call_config(call), import_file_name(call, "rejects.csv"), &fd, reterr) !=
      CC_OK)
    return ccd_call_send_bytes(call, none, sizeof(none) - 1, &file, reterr);
  return ccd_call_send_file(call, fd, &file, reterr);
}

/* --- export --- */

typedef struct export_target {
  FILE *out;
  int64_t lines;
} export_target;

static cc_status
export_write_cb(void *data, const char *bytes, size_t length, cc_error *reterr)
{
  export_target *target = data;
  target->lines++;
  return fwrite(bytes, 1, length, target->out) == length
           ? CC_OK
           : cc_fail(reterr,
                     CC_ERR_STORAGE,
                     "storage_full",
                     "The server has no space for this file");
}

/* Create a temporary file and delete its name at once. The kernel then frees the file's space
 * when the response has been sent, or when the server is killed. */
static cc_status
export_open_file(ccd_call *call, int *ret_fd, cc_error *reterr)
{
  const char *name = cc_arena_printf(call->arena, "exports/%s", call->request_id);
  cc_status status = ccd_spool_create(ccd_call_config(call), name, ret_fd, reterr);
  if (status == CC_OK)
    ccd_spool_remove(ccd_call_config(call), name);
  return status;
}

static cc_status
export_rows(ccd_call *call, FILE *out, cc_error *reterr)
{
  export_target target = {.out = out};
  cc_status status = ccd_call_copy_out(call, &ccd_q_export_copy, export_write_cb, &target, reterr);
  if (status == CC_OK && fflush(out) != 0)
    status =
      cc_fail(reterr, CC_ERR_STORAGE, "storage_full", "The server has no space for this file");
  const int64_t rows = target.lines > 0 ? target.lines - 1 : 0; /* without the header line */
  const ccd_arg args[] = {{"n", ccd_text_int64(call->arena, rows)}, {0}};
  return status == CC_OK ? ccd_call_query(call, &ccd_q_export_record, args, NULL, reterr) : status;
}

cc_status
ccd_voters_export(ccd_call *call, cc_error *reterr)
{
  const ccd_rows *rows = NULL;
  int fd = -1;
  cc_status status = ccd_call_query(call, &ccd_q_export_begin, NULL, &rows, reterr);
  if (status == CC_OK && !ccd_rows_bool(rows, 0, "known"))
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "unknown_reference",
                         "/list_id",
                         "There is no such list.");
  if (status == CC_OK)
    status = export_open_file(call, &fd, reterr);
  if (status != CC_OK)
    return status;
  int copy = dup(fd);
  FILE *out = copy >= 0 ? fdopen(copy, "w") : NULL;
  status = out != NULL ? export_rows(call, out, reterr) : cc_fail_memory(reterr);
  if (out != NULL)
    (void) fclose(out);
  else if (copy >= 0)
    (void) close(copy);
  if (status != CC_OK) {
    (void) close(fd);
    return status;
  }
  return ccd_call_send_file(call, fd, &(ccd_file){.name = "voters.csv"}, reterr);
}
