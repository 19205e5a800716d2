/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-field.h"
#include "common/base/cc-str.h"
#include "server/engine/ccd-arg-text.h"
#include "server/field/ccd-field-body.h"
#include "server/field/ccd-field.h"

/* Uploads: one transaction and one verdict for each operation, in the order in which they came.
 * When the database gets into trouble on the way, the verdicts so far are the answer: what has none
 * was not done, and is sent again. */

#define BODY_MAX (256u * 1024)
#define RELEASES_MAX 500 /* in one request; the next one goes on */

static const char *
missing_right(ccd_call *call, const char *kind_name)
{
  const char *right = ccd_field_right_lacking(call, kind_name);
  return right == NULL
           ? NULL
           : ccd_field_body_refusal(call->arena,
                                    "right",
                                    cc_arena_printf(call->arena, "This needs the right %s", right));
}

/* What the database gets of an operation. NULL: out of memory. */
static const char *
operation_text(ccd_call *call, const cc_field_operation *operation, const char *body)
{
  cc_str text = CC_STR_INIT(2 * BODY_MAX);
  char occurred[CC_TIME_TEXT_MAX];
  cc_time_format(operation->occurred_at, occurred);
  cc_str_printf(&text,
                "{\"client_id\":\"%s\",\"sequence\":%lld,\"occurred_at\":\"%s\",\"kind\":",
                operation->client_id,
                (long long) operation->sequence,
                occurred);
  cc_str_add_json(&text, operation->kind, strlen(operation->kind));
  if (operation->based_on != NULL)
    cc_str_printf(&text, ",\"based_on\":%lld", (long long) *operation->based_on);
  cc_str_add(&text, ",\"body\":");
  cc_str_add(&text, body);
  cc_str_add_char(&text, '}');
  const char *made = text.failed ? NULL : cc_arena_strdup(call->arena, text.text);
  cc_str_done(&text);
  return made;
}

static cc_status
add_verdict(ccd_call *call,
            const ccd_rows *rows,
            cc_field_verdict **list,
            size_t *n,
            cc_error *reterr)
{
  cc_field_verdict *verdict = cc_arena_alloc(call->arena, sizeof(*verdict));
  if (verdict == NULL)
    return cc_fail_memory(reterr);
  list[(*n)++] = verdict;
  return ccd_rows_bind(rows, 0, &cc_field_verdict_type, call->arena, verdict, reterr);
}

/* One installation's upload on its way. */
typedef struct upload {
  ccd_call *call;
  const char *stream; /* number of its row */
  cc_field_receipt *receipt;
  bool releases; /* held ones can be taken now */
} upload;

static void
note_stream(upload *self, const ccd_rows *rows)
{
  self->receipt->next_sequence = ccd_rows_int64(rows, 0, "next_sequence");
  self->releases = self->releases || ccd_rows_bool(rows, 0, "releases");
}

static cc_status
apply_operation(upload *self, const cc_field_operation *operation, cc_error *reterr)
{
  ccd_call *call = self->call;
  const char *body = NULL;
  const char *refused = missing_right(call, operation->kind);
  if (refused != NULL)
    body = operation->body;
  else
    refused = ccd_field_body_check(call, operation->kind, operation->body, &body);
  const char *text = body == NULL ? NULL : operation_text(call, operation, body);
  if (text == NULL)
    return cc_fail_memory(reterr);
  const ccd_arg args[] = {
    {"stream_id", self->stream},
    {"operation", text},
    {"refusal", refused},
    {0},
  };
  const char *action = cc_arena_printf(call->arena, "field.%s", operation->kind);
  const ccd_rows *rows = NULL;
  ccd_contact_said said = {0};
  bool checks = refused == NULL && ccd_field_body_said(call, operation->kind, body, &said);
  said.occurred = operation->occurred_at;
  cc_status status =
    ccd_contact_once(call, action, &ccd_q_field_apply, args, checks ? &said : NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  note_stream(self, rows);
  return add_verdict(call, rows, self->receipt->verdicts, &self->receipt->n_verdicts, reterr);
}

/* The next operation whose turn has come. @ret_found: there is one. What a phone sent before it was
 * held is read again, for its answers are checked now. */
static cc_status
release_next(upload *self, bool *ret_found, const ccd_rows **ret, cc_error *reterr)
{
  ccd_call *call = self->call;
  const ccd_arg args[] = {{"stream_id", self->stream}, {0}};
  const ccd_rows *rows = NULL;
  cc_status status = ccd_call_once(call, CCD_READ, NULL, &ccd_q_field_next, args, &rows, reterr);
  *ret_found = status == CC_OK && ccd_rows_n(rows) > 0;
  if (!*ret_found)
    return status;
  const char *id = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "id"));
  const char *kind = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "kind"));
  const char *body = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "body"));
  if (id == NULL || kind == NULL || body == NULL)
    return cc_fail_memory(reterr);
  ccd_contact_said said = {0};
  cc_time occurred = ccd_rows_int64(rows, 0, "occurred_us");
  bool checks = ccd_field_body_said(call, kind, body, &said);
  said.occurred = occurred;
  const ccd_arg more[] = {{"stream_id", self->stream}, {"next_id", id}, {0}};
  status = ccd_contact_once(call,
                            "field.release",
                            &ccd_q_field_release,
                            more,
                            checks ? &said : NULL,
                            ret,
                            reterr);
  *ret_found = status == CC_OK && ccd_rows_n(*ret) > 0;
  return status;
}

/* Those whose turn has come, one transaction each. */
static cc_status
release_operations(upload *self, cc_error *reterr)
{
  ccd_call *call = self->call;
  cc_field_receipt *receipt = self->receipt;
  receipt->released = cc_arena_alloc(call->arena, RELEASES_MAX * sizeof(*receipt->released));
  while (receipt->released != NULL && receipt->n_released < RELEASES_MAX) {
    const ccd_rows *rows = NULL;
    bool found = false;
    cc_status status = release_next(self, &found, &rows, reterr);
    if (status != CC_OK || !found)
      return status;
    status = add_verdict(call, rows, receipt->released, &receipt->n_released, reterr);
    if (status != CC_OK)
      return status;
    receipt->next_sequence = receipt->released[receipt->n_released - 1]->sequence + 1;
  }
  return CC_OK;
}

static cc_status
begin_upload(upload *self, size_t n_operations, cc_error *reterr)
{
  ccd_call *call = self->call;
  cc_field_receipt *receipt = cc_arena_alloc(call->arena, sizeof(*receipt));
  if (receipt == NULL)
    return cc_fail_memory(reterr);
  self->receipt = receipt;
  receipt->received_at = ccd_call_received(call);
  receipt->verdicts = cc_arena_alloc(call->arena, (n_operations + 1) * sizeof(*receipt->verdicts));
  const ccd_arg args[] = {{"received", ccd_text_time(call->arena, receipt->received_at)}, {0}};
  const ccd_rows *rows = NULL;
  cc_status status =
    ccd_call_once(call, CCD_WRITE, "field.open", &ccd_q_field_open, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  self->stream = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "stream_id"));
  receipt->clock_offset_ms = ccd_rows_int64(rows, 0, "clock_offset_us") / 1000;
  note_stream(self, rows);
  return self->stream != NULL && receipt->verdicts != NULL ? CC_OK : cc_fail_memory(reterr);
}

cc_status
ccd_field_upload(ccd_call *call, cc_error *reterr)
{
  const cc_field_upload *body = call->body;
  upload self = {.call = call};
  cc_status status = begin_upload(&self, body->n_operations, reterr);
  if (status != CC_OK || self.receipt == NULL)
    return status;
  for (size_t i = 0; status == CC_OK && i < body->n_operations; i++)
    status = apply_operation(&self, body->operations[i], reterr);
  if (status == CC_OK && self.releases)
    status = release_operations(&self, reterr);
  if (status != CC_OK && self.receipt->n_verdicts == 0)
    return status;
  self.receipt->stopped = status != CC_OK;
  call->reply = self.receipt;
  return CC_OK;
}
