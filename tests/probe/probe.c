/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-platform.h"
#include "server/commands.h"
#include "server/engine/ccd-arg-text.h"
#include "server/engine/ccd-reply-file.h"
#include "server/engine/ccd-server.h"
#include "server/engine/ccd-spool.h"
#include "server/jobs/ccd-job-run.h"
#include "server/jobs/ccd-mail-job.h"
#include "server/platform/ccd-platform-routes.h"
#include "tests/probe/probe.h"

/* Operations for tests: bodies and replies that are files, and an operation that enqueues jobs. */

typedef struct probe_file {
  int64_t length;
  char *sha256, *media;
} probe_file;

typedef struct probe_name {
  char *name;
} probe_name;

typedef struct probe_offset {
  int64_t *offset;
} probe_offset;

typedef struct probe_job {
  char *kind;
  int64_t n;
} probe_job;

/* A body whose fields have the same names as values of the engine (:call.address …), to test
 * that the two are not mixed up. */
typedef struct probe_names {
  char *address, *actor, *request_id, *rights;
  int64_t *organization_id, *user_id, *limit;
  char *call_address, *call_actor;
  int64_t call_organization_id, call_user_id;
} probe_names;

/* clang-format off */
static const cc_field probe_file_fields[] = {
  CC_INT64(probe_file, length, .flags = CC_READ_ONLY, .doc = "Bytes."),
  CC_STRING(probe_file, sha256, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Of the body."),
  CC_STRING(probe_file, media, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "Content type."),
};
static const cc_type probe_file_type = CC_TYPE(probe_file, "ProbeFile", probe_file_fields);

static const cc_field probe_name_fields[] = {CC_STRING(probe_name, name, .doc = "Name of the file.")};
static const cc_type probe_name_type = CC_TYPE(probe_name, "ProbeName", probe_name_fields);

static const cc_field probe_offset_fields[] = {
  CC_OPT_INT64(probe_offset, offset, .min = 0, .max = INT64_MAX / 2, .doc = "Where this piece begins; left out: the whole file."),
};
static const cc_type probe_offset_type = CC_TYPE(probe_offset, "ProbeOffset", probe_offset_fields);

static const cc_field probe_job_fields[] = {
  CC_STRING(probe_job, kind, .flags = CC_REQUIRED, .max = 250000, .doc = "Kind of job."),
  CC_INT64(probe_job, n, .max = 100000000, .doc = "How many or how long."),
};
static const cc_type probe_job_type = CC_TYPE(probe_job, "ProbeJob", probe_job_fields);

static const cc_field probe_names_fields[] = {
  CC_STRING(probe_names, address, .flags = CC_NULLABLE, .doc = "The client's own."),
  CC_STRING(probe_names, actor, .flags = CC_NULLABLE, .doc = "The client's own."),
  CC_STRING(probe_names, request_id, .flags = CC_NULLABLE, .doc = "The client's own."),
  CC_STRING(probe_names, rights, .flags = CC_NULLABLE, .doc = "The client's own."),
  CC_OPT_INT64(probe_names, organization_id, .min = 1, .max = INT64_MAX, .doc = "The client's own."),
  CC_OPT_INT64(probe_names, user_id, .min = 1, .max = INT64_MAX, .doc = "The client's own."),
  CC_OPT_INT64(probe_names, limit, .min = 1, .max = INT64_MAX, .doc = "The client's own."),
  CC_STRING(probe_names, call_address, .flags = CC_READ_ONLY, .doc = "Where the request came from."),
  CC_STRING(probe_names, call_actor, .flags = CC_READ_ONLY, .doc = "Who sent it."),
  CC_INT64(probe_names, call_organization_id, .flags = CC_READ_ONLY, .doc = "The organization of the session."),
  CC_INT64(probe_names, call_user_id, .flags = CC_READ_ONLY, .doc = "The person of the session."),
};
static const cc_type probe_names_type = CC_TYPE(probe_names, "ProbeNames", probe_names_fields);

static const cc_op op_names = {
  .id = "postProbeNames", .method = CC_POST, .path = "/v1/probe/names", .body = &probe_names_type, .reply = &probe_names_type,
  .tag = "Probe", .summary = "Fields with names of the engine's.",
};
static const cc_op op_put = {
  .id = "putProbeFile", .method = CC_PUT, .path = "/v1/probe/files/{name}", .params = &probe_name_type,
  .query = &probe_offset_type, .body_media = "text/csv, application/octet-stream", .reply = &probe_file_type,
  .tag = "Probe", .summary = "Store a file.",
};
static const cc_op op_get = {
  .id = "getProbeFile", .method = CC_GET, .path = "/v1/probe/files/{name}", .params = &probe_name_type,
  .shape = CC_REPLY_FILE, .media = "text/csv, application/octet-stream", .tag = "Probe", .summary = "Fetch a file.",
};
static const cc_op op_bytes = {
  .id = "getProbeBytes", .method = CC_GET, .path = "/v1/probe/bytes", .shape = CC_REPLY_FILE, .media = "image/png",
  .tag = "Probe", .summary = "Fetch bytes from memory.",
};
static const cc_op op_small = {
  .id = "putProbeSmall", .method = CC_PUT, .path = "/v1/probe/small", .body_media = "text/csv", .reply = &probe_file_type,
  .tag = "Probe", .summary = "Take a small file and keep nothing.",
};
static const cc_op op_large = {
  .id = "postProbeLarge", .method = CC_POST, .path = "/v1/probe/large", .body = &probe_job_type, .reply = &probe_file_type,
  .tag = "Probe", .summary = "Take a large JSON body.",
};
static const cc_op op_job = {
  .id = "postProbeJob", .method = CC_POST, .path = "/v1/probe/jobs", .body = &probe_job_type,
  .tag = "Probe", .summary = "Enqueue a job in C.",
};
static const cc_op op_sql_job = {
  .id = "postProbeSqlJob", .method = CC_POST, .path = "/v1/probe/sql-jobs", .body = &probe_job_type,
  .tag = "Probe", .summary = "Enqueue a job in SQL.",
};
/* clang-format on */

const cc_op *const cc_ops[] = {
  &op_put,
  &op_get,
  &op_bytes,
  &op_small,
  &op_large,
  &op_job,
  &op_sql_job,
  &op_names,
  &cc_op_list_changes,
  &cc_op_live_changes,
  &cc_op_list_audit_log,
  &cc_op_health,
  &cc_op_openapi,
  &cc_op_docs,
  &cc_op_docs_style,
  &cc_op_docs_script,
  NULL,
};

static const char *
place_of(ccd_call *call)
{
  const probe_name *params = call->params;
  return cc_arena_printf(call->arena, "probe/%s", params->name);
}

static cc_status
leave_reply(ccd_call *call, int64_t length, cc_error *reterr)
{
  probe_file *reply = cc_arena_alloc(call->arena, sizeof(*reply));
  if (reply == NULL)
    return cc_fail_memory(reterr);
  reply->length = length;
  if (call->spool != NULL) {
    reply->sha256 = ccd_hex(call->arena, call->spool->sha256, CCD_HASH_BYTES);
    reply->media = (char *) call->spool->media;
  }
  call->reply = reply;
  return CC_OK;
}

static cc_status
put_file(ccd_call *call, cc_error *reterr)
{
  const probe_offset *query = call->query;
  int64_t length = call->spool->length;
  cc_status status = query->offset == NULL
                       ? ccd_spool_keep(call, place_of(call), reterr)
                       : ccd_spool_append(call, place_of(call), *query->offset, &length, reterr);
  return status == CC_OK ? leave_reply(call, length, reterr) : status;
}

static cc_status
put_small(ccd_call *call, cc_error *reterr)
{
  return leave_reply(call, call->spool->length, reterr);
}

static cc_status
post_large(ccd_call *call, cc_error *reterr)
{
  return leave_reply(call, (int64_t) strlen(((const probe_job *) call->body)->kind), reterr);
}

static cc_status
get_file(ccd_call *call, cc_error *reterr)
{
  int fd = -1;
  cc_status status = ccd_spool_open(ccd_call_config(call), place_of(call), &fd, reterr);
  if (status != CC_OK)
    return status;
  return ccd_call_send_file(call,
                            fd,
                            &(ccd_file){.name = "Größe \"1\".csv", .etag = "\"v1\""},
                            reterr);
}

static cc_status
get_bytes(ccd_call *call, cc_error *reterr)
{
  static const char bytes[] = "\x89PNG\r\n\0\x1a\n\0\0\xff";
  return ccd_call_send_bytes(call, bytes, sizeof(bytes) - 1, &(ccd_file){.etag = "\"b1\""}, reterr);
}

static cc_status
post_job(ccd_call *call, cc_error *reterr)
{
  const probe_job *body = call->body;
  const ccd_arg args[] = {
    {"kind", body->kind},
    {"n", ccd_text_int64(call->arena, body->n)},
    {0},
  };
  cc_status status = ccd_call_query(call, &ccd_q_probe_enqueue, args, NULL, reterr);
  if (status == CC_OK)
    ccd_call_wake_jobs(call);
  return status;
}

/* clang-format off */
const ccd_route probe_routes[] = {
  {&op_put, .right = CC_RIGHT_MANAGE_EVENTS, .tx = CCD_WRITE, .handler = put_file, .audit = "probe.put", .slow = true,
   .max_body = (size_t) 8 << 30},
  {&op_get, .right = CC_RIGHT_MEMBER, .tx = CCD_READ, .handler = get_file},
  {&op_bytes, .right = CC_RIGHT_PUBLIC, .tx = CCD_TX_BY_HANDLER, .handler = get_bytes},
  {&op_small, .right = CC_RIGHT_MEMBER, .tx = CCD_TX_BY_HANDLER, .handler = put_small, .slow = true, .max_body = 1000},
  {&op_large, .right = CC_RIGHT_MEMBER, .tx = CCD_TX_BY_HANDLER, .handler = post_large, .max_body = 256u * 1024},
  {&op_job, .right = CC_RIGHT_MEMBER, .tx = CCD_WRITE, .handler = post_job, .audit = "probe.job"},
  {&op_sql_job, .right = CC_RIGHT_MEMBER, .tx = CCD_WRITE, .query = &ccd_q_probe_enqueue, .audit = "probe.job", .wakes_jobs = true},
  {&op_names, .right = CC_RIGHT_MEMBER, .tx = CCD_READ, .query = &ccd_q_probe_names},
  {0},
};
/* clang-format on */

const ccd_route *const ccd_route_tables[] = {probe_routes, ccd_platform_routes, NULL};
const ccd_job_kind *const ccd_job_tables[] = {ccd_mail_jobs, probe_jobs, NULL};
