/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-field.h"
#include "common/base/cc-str.h"
#include "server/field/ccd-field.h"

/* Uploads: one transaction and one verdict for each operation, in the order in which they came.
 * When the database gets into trouble on the way, the verdicts so far are the answer: what has none
 * was not done, and is sent again. */

#define BODY_MAX (256u * 1024)
#define RELEASES_MAX 500 /* in one request; the next one goes on */

static const char *
refusal(cc_arena *arena, const char *code, const char *message)
{
  cc_str text = CC_STR_INIT(4096);
  cc_str_add(&text, "{\"code\":");
  cc_str_add_json(&text, code, strlen(code));
  cc_str_add(&text, ",\"message\":");
  cc_str_add_json(&text, message, strlen(message));
  cc_str_add_char(&text, '}');
  const char *made = text.failed ? NULL : cc_arena_strdup(arena, text.text);
  cc_str_done(&text);
  return made;
}

const char *
ccd_field_check(ccd_call *call, const char *kind_name, const char *body, const char **ret_body)
{
  *ret_body = body;
  const cc_field_kind *kind = cc_field_kind_find(kind_name);
  if (kind == NULL || kind->body == NULL)
    return NULL; /* the database says what it thinks of it */
  cc_error_list errors = {.arena = call->arena};
  cc_present present = {0};
  void *object = NULL;
  cc_status status = cc_decode(kind->body,
                               body,
                               strlen(body),
                               CC_MODE_CREATE,
                               call->arena,
                               &object,
                               &present,
                               &errors);
  if (status != CC_OK && errors.n > 0)
    return refusal(call->arena,
                   errors.items[0].code,
                   cc_arena_printf(call->arena,
                                   "%s: %s",
                                   errors.items[0].pointer,
                                   errors.items[0].message));
  cc_str text = CC_STR_INIT(BODY_MAX);
  if (status == CC_OK)
    cc_encode_body(kind->body, object, &present, &text);
  *ret_body = status != CC_OK || text.failed ? NULL : cc_arena_strdup(call->arena, text.text);
  cc_str_done(&text);
  return NULL;
}

/* The name of the right that the actor lacks for operations of a kind, or NULL. A kind that nobody
 * knows is refused by the database. */
static const char *
lacks_right(ccd_call *call, const char *kind_name)
{
  const cc_field_kind *kind = cc_field_kind_find(kind_name);
  if (kind == NULL || call->actor->rights & CC_RIGHT_BIT(ccd_right_find(kind->right)))
    return NULL;
  return kind->right;
}

static const char *
missing_right(ccd_call *call, const char *kind_name)
{
  const char *right = lacks_right(call, kind_name);
  return right == NULL ? NULL
                       : refusal(call->arena,
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
    return cc_fail(reterr, CC_ERR_NO_MEMORY, "memory", "Out of memory");
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
apply(upload *self, const cc_field_operation *operation, cc_error *reterr)
{
  ccd_call *call = self->call;
  const char *body = NULL;
  const char *refused = missing_right(call, operation->kind);
  if (refused != NULL)
    body = operation->body;
  else
    refused = ccd_field_check(call, operation->kind, operation->body, &body);
  const char *text = body == NULL ? NULL : operation_text(call, operation, body);
  if (text == NULL)
    return cc_fail(reterr, CC_ERR_NO_MEMORY, "memory", "Out of memory");
  const ccd_arg args[] = {
    {"stream_id", self->stream},
    {"operation", text},
    {"refusal", refused},
    {0},
  };
  const char *action = cc_arena_printf(call->arena, "field.%s", operation->kind);
  const ccd_rows *rows = NULL;
  cc_status status =
    ccd_call_once(call, CCD_WRITE, action, &ccd_q_field_apply, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  note_stream(self, rows);
  return add_verdict(call, rows, self->receipt->verdicts, &self->receipt->n_verdicts, reterr);
}

/* Those whose turn has come, one transaction each. */
static cc_status
release(upload *self, cc_error *reterr)
{
  ccd_call *call = self->call;
  cc_field_receipt *receipt = self->receipt;
  const ccd_arg args[] = {{"stream_id", self->stream}, {0}};
  receipt->released = cc_arena_alloc(call->arena, RELEASES_MAX * sizeof(*receipt->released));
  while (receipt->released != NULL && receipt->n_released < RELEASES_MAX) {
    const ccd_rows *rows = NULL;
    cc_status status =
      ccd_call_once(call, CCD_WRITE, "field.release", &ccd_q_field_release, args, &rows, reterr);
    if (status != CC_OK || ccd_rows_n(rows) == 0)
      return status;
    status = add_verdict(call, rows, receipt->released, &receipt->n_released, reterr);
    if (status != CC_OK)
      return status;
    receipt->next_sequence = receipt->released[receipt->n_released - 1]->sequence + 1;
  }
  return CC_OK;
}

static cc_status
begin(upload *self, size_t n_operations, cc_error *reterr)
{
  ccd_call *call = self->call;
  cc_field_receipt *receipt = cc_arena_alloc(call->arena, sizeof(*receipt));
  if (receipt == NULL)
    return cc_fail(reterr, CC_ERR_NO_MEMORY, "memory", "Out of memory");
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
  return self->stream != NULL && receipt->verdicts != NULL
           ? CC_OK
           : cc_fail(reterr, CC_ERR_NO_MEMORY, "memory", "Out of memory");
}

cc_status
ccd_field_upload(ccd_call *call, cc_error *reterr)
{
  const cc_field_upload *body = call->body;
  upload self = {.call = call};
  cc_status status = begin(&self, body->n_operations, reterr);
  if (status != CC_OK || self.receipt == NULL)
    return status;
  for (size_t i = 0; status == CC_OK && i < body->n_operations; i++)
    status = apply(&self, body->operations[i], reterr);
  if (status == CC_OK && self.releases)
    status = release(&self, reterr);
  if (status != CC_OK && self.receipt->n_verdicts == 0)
    return status;
  self.receipt->stopped = status != CC_OK;
  call->reply = self.receipt;
  return CC_OK;
}

/* A merged body is held to the type of its kind, like the one that it replaces. Whoever leads the
 * canvass decides about what canvassers do; a check-in also needs the right to check people in. */
cc_status
ccd_field_resolve(ccd_call *call, cc_error *reterr)
{
  const cc_field_decision *decision = call->body;
  const char *merged = NULL;
  const ccd_rows *rows = NULL;
  cc_status status = ccd_call_query(call, &ccd_q_field_conflict_kind, NULL, &rows, reterr);
  if (status != CC_OK)
    return status;
  const char *kind = ccd_rows_n(rows) == 0 ? "" : ccd_rows_get(rows, 0, "kind");
  const char *right = lacks_right(call, kind);
  if (right != NULL && ccd_right_find(right) != CC_RIGHT_CANVASS)
    return cc_fail(reterr, CC_ERR_FORBIDDEN, "right", "This needs the right %s", right);
  if (decision->body != NULL) {
    const char *wrong = ccd_field_check(call, kind, decision->body, &merged);
    if (wrong != NULL)
      return cc_fail_field(reterr, CC_ERR_INVALID, "invalid", "/body", "No %s: %s", kind, wrong);
  }
  const ccd_arg args[] = {{"merged", merged}, {0}};
  return ccd_call_query(call, &ccd_q_field_conflict_resolve, args, &call->rows, reterr);
}
