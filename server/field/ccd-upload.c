/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-field.h"
#include "common/base/cc-str.h"
#include "server/engine/ccd-arg-text.h"
#include "server/field/ccd-field-body.h"
#include "server/field/ccd-field.h"

/* Uploads: one verdict for each operation, in the order received. Consecutive visits share a
 * transaction, with a savepoint for each visit. When they cannot be committed together, each
 * visit gets its own transaction, like every other operation. When the database fails, the reply
 * contains the verdicts so far: operations without a verdict were not done, and the phone sends
 * them again. */

#define BODY_MAX (256u * 1024)
#define RELEASES_MAX 500 /* held operations released in one request; the next one continues */
#define TOGETHER_MAX 10u /* visits in one transaction, during which their turf is locked */

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

/* Build the JSON in which the database receives an operation. NULL: memory is exhausted. */
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
            int row,
            cc_field_verdict **list,
            size_t *n,
            cc_error *reterr)
{
  cc_field_verdict *verdict = cc_arena_alloc(call->arena, sizeof(*verdict));
  if (verdict == NULL)
    return cc_fail_memory(reterr);
  list[(*n)++] = verdict;
  return ccd_rows_bind(rows, row, &cc_field_verdict_type, call->arena, verdict, reterr);
}

/* State of one upload request of one installation of the client. */
typedef struct upload {
  ccd_call *call;
  const char *stream; /* id of its row */
  cc_field_receipt *receipt;
  bool releases; /* held operations may be released after this request */
} upload;

static void
note_stream(upload *self, const ccd_rows *rows, int row)
{
  self->receipt->next_sequence = ccd_rows_int64(rows, row, "next_sequence");
  self->releases = self->releases || ccd_rows_bool(rows, row, "releases");
}

/* An operation with everything that is known before it is applied. */
typedef struct prepared {
  const char *kind;
  const char *text;        /* JSON */
  const char *refusal;     /* JSON; NULL: no refusal so far */
  bool checks;             /* the operation records a contact that must be checked */
  ccd_contact_input input; /* set when .checks */
} prepared;

static cc_status
prepare_operation(ccd_call *call,
                  const cc_field_operation *operation,
                  prepared *ret,
                  cc_error *reterr)
{
  const char *body = NULL;
  *ret = (prepared){.kind = operation->kind, .refusal = missing_right(call, operation->kind)};
  if (ret->refusal != NULL)
    body = operation->body;
  else
    ret->refusal = ccd_field_body_check(call, operation->kind, operation->body, &body);
  ret->text = body == NULL ? NULL : operation_text(call, operation, body);
  if (ret->text == NULL)
    return cc_fail_memory(reterr);
  ret->checks =
    ret->refusal == NULL && ccd_field_body_contact(call, operation->kind, body, &ret->input);
  ret->input.occurred = operation->occurred_at;
  return CC_OK;
}

static cc_status
apply_alone(upload *self, const prepared *one, cc_error *reterr)
{
  ccd_call *call = self->call;
  const ccd_arg args[] = {
    {"stream_id", self->stream},
    {"operation", one->text},
    {"refusal", one->refusal},
    {0},
  };
  const char *action = cc_arena_printf(call->arena, "field.%s", one->kind);
  const ccd_rows *rows = NULL;
  cc_status status = ccd_contact_once(call,
                                      action,
                                      &ccd_q_field_apply,
                                      args,
                                      one->checks ? &one->input : NULL,
                                      &rows,
                                      reterr);
  if (status != CC_OK)
    return status;
  note_stream(self, rows, 0);
  return add_verdict(call, rows, 0, self->receipt->verdicts, &self->receipt->n_verdicts, reterr);
}

/* May this operation share a transaction? True for a visit whose locks are known from its body:
 * no correction, no telephone number, no undo. */
static bool
may_join(const prepared *one)
{
  return one->checks && !one->input.corrects && !one->input.unreadable;
}

/* Build the list for field_apply_visits. NULL: memory is exhausted or a check could not be made. */
static const char *
visits_text(ccd_call *call, const prepared *list, size_t n)
{
  cc_str text = CC_STR_INIT(2 * BODY_MAX);
  bool good = true;
  for (size_t i = 0; good && i < n; i++) {
    const char *checked = NULL;
    good = ccd_contact_check(call, &list[i].input, &checked, /* reterr= */ NULL) == CC_OK;
    cc_str_printf(&text,
                  "%s{\"operation\":%s,\"checked\":%s}",
                  i == 0 ? "[" : ",",
                  list[i].text,
                  good ? checked : "null");
  }
  cc_str_add_char(&text, ']');
  const char *made = text.failed || !good ? NULL : cc_arena_strdup(call->arena, text.text);
  cc_str_done(&text);
  return made;
}

/* Apply @n visits in one transaction. True: all are committed and have their verdicts. */
static bool
apply_together(upload *self, const prepared *list, size_t n)
{
  ccd_call *call = self->call;
  const char *visits = visits_text(call, list, n);
  if (visits == NULL)
    return false;
  const ccd_arg args[] = {{"stream_id", self->stream}, {"visits", visits}, {0}};
  const ccd_rows *rows = NULL;
  cc_status status = ccd_call_query_in_own_tx(call,
                                              CCD_WRITE,
                                              "field.contact",
                                              &ccd_q_field_apply_visits,
                                              args,
                                              &rows,
                                              /* reterr= */ NULL);
  cc_field_receipt *receipt = self->receipt;
  size_t had = receipt->n_verdicts;
  for (int row = 0; status == CC_OK && row < (int) n; row++) {
    note_stream(self, rows, row);
    status = add_verdict(call, rows, row, receipt->verdicts, &receipt->n_verdicts, NULL);
  }
  /* On failure the visits are applied again one by one; visits that were committed after all
   * become duplicates. */
  if (status != CC_OK)
    receipt->n_verdicts = had;
  return status == CC_OK;
}

/* Apply the operations from @first on that may share a transaction, at least one. @ret_n: number
 * of operations applied. */
static cc_status
apply_next(upload *self, size_t first, size_t *ret_n, cc_error *reterr)
{
  const cc_field_upload *body = self->call->body;
  prepared list[TOGETHER_MAX];
  size_t n = 0;
  do {
    cc_status status = prepare_operation(self->call, body->operations[first + n], &list[n], reterr);
    if (status != CC_OK)
      return status;
    n++;
  } while (may_join(&list[n - 1]) && n < TOGETHER_MAX && first + n < body->n_operations);
  size_t joined = may_join(&list[n - 1]) ? n : n - 1;
  size_t done = joined > 1 && apply_together(self, list, joined) ? joined : 0;
  cc_status status = CC_OK;
  for (size_t i = done; status == CC_OK && i < n; i++)
    status = apply_alone(self, &list[i], reterr);
  *ret_n = n;
  return status;
}

/* Release the next held operation whose predecessors are decided. @ret_found: there is such an
 * operation. Its body is read from the database again, because its answers are checked only now. */
static cc_status
release_next(upload *self, bool *ret_found, const ccd_rows **ret, cc_error *reterr)
{
  ccd_call *call = self->call;
  const ccd_arg args[] = {{"stream_id", self->stream}, {0}};
  const ccd_rows *rows = NULL;
  cc_status status =
    ccd_call_query_in_own_tx(call, CCD_READ, NULL, &ccd_q_field_next, args, &rows, reterr);
  *ret_found = status == CC_OK && ccd_rows_n(rows) > 0;
  if (!*ret_found)
    return status;
  const char *id = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "id"));
  const char *kind = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "kind"));
  const char *body = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "body"));
  if (id == NULL || kind == NULL || body == NULL)
    return cc_fail_memory(reterr);
  ccd_contact_input input = {0};
  cc_time occurred = ccd_rows_int64(rows, 0, "occurred_us");
  bool checks = ccd_field_body_contact(call, kind, body, &input);
  input.occurred = occurred;
  const ccd_arg more[] = {{"stream_id", self->stream}, {"next_id", id}, {0}};
  status = ccd_contact_once(call,
                            "field.release",
                            &ccd_q_field_release,
                            more,
                            checks ? &input : NULL,
                            ret,
                            reterr);
  *ret_found = status == CC_OK && ccd_rows_n(*ret) > 0;
  return status;
}

/* Release held operations, each in its own transaction. */
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
    status = add_verdict(call, rows, 0, receipt->released, &receipt->n_released, reterr);
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
    ccd_call_query_in_own_tx(call, CCD_WRITE, "field.open", &ccd_q_field_open, args, &rows, reterr);
  if (status != CC_OK)
    return status;
  self->stream = cc_arena_strdup(call->arena, ccd_rows_get(rows, 0, "stream_id"));
  receipt->clock_offset_ms = ccd_rows_int64(rows, 0, "clock_offset_us") / 1000;
  note_stream(self, rows, 0);
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
  size_t n = 0;
  for (size_t i = 0; status == CC_OK && i < body->n_operations; i += n)
    status = apply_next(&self, i, &n, reterr);
  if (status == CC_OK && self.releases)
    status = release_operations(&self, reterr);
  if (status != CC_OK && self.receipt->n_verdicts == 0)
    return status;
  self.receipt->stopped = status != CC_OK;
  call->reply = self.receipt;
  return CC_OK;
}
