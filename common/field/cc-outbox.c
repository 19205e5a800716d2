/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/field/cc-outbox.h"

#include <stdlib.h>
#include <string.h>

#include "common/api/cc-field.h"

#define FIRST_WAIT (2 * CC_TIME_SECOND)
#define MOST_WAIT (300 * CC_TIME_SECOND)

void
cc_outbox_done(cc_outbox *outbox)
{
  free(outbox->entries);
  *outbox = (cc_outbox){0};
}

static cc_status
append_entry(cc_outbox *outbox, const char *client_id, int64_t sequence, int verdict)
{
  if (strlen(client_id) != sizeof(outbox->entries->client_id) - 1)
    return CC_ERR_INVALID;
  if (outbox->n == outbox->capacity) {
    size_t capacity = outbox->capacity == 0 ? 16 : outbox->capacity * 2;
    cc_outbox_entry *entries = realloc(outbox->entries, capacity * sizeof(*entries));
    if (entries == NULL)
      return CC_ERR_NO_MEMORY;
    outbox->entries = entries;
    outbox->capacity = capacity;
  }
  cc_outbox_entry *entry = &outbox->entries[outbox->n++];
  memcpy(entry->client_id, client_id, sizeof(entry->client_id));
  entry->sequence = sequence;
  entry->verdict = verdict;
  outbox->last_sequence = sequence;
  return CC_OK;
}

cc_status
cc_outbox_add(cc_outbox *outbox, const char *client_id, int64_t *ret_sequence)
{
  *ret_sequence = outbox->last_sequence + 1;
  return append_entry(outbox, client_id, *ret_sequence, 0);
}

cc_status
cc_outbox_restore(cc_outbox *outbox, const char *client_id, int64_t sequence, int verdict)
{
  return sequence <= outbox->last_sequence ? CC_ERR_INVALID
                                           : append_entry(outbox, client_id, sequence, verdict);
}

const cc_outbox_entry *
cc_outbox_next(const cc_outbox *outbox, int64_t from)
{
  for (size_t i = 0; i < outbox->n; i++) {
    if (outbox->entries[i].verdict == 0 && outbox->entries[i].sequence >= from)
      return &outbox->entries[i];
  }
  return NULL;
}

int64_t
cc_outbox_settled(const cc_outbox *outbox)
{
  const cc_outbox_entry *first = cc_outbox_next(outbox, 0);
  return first == NULL ? outbox->last_sequence : first->sequence - 1;
}

static cc_outbox_entry *
find_entry(const cc_outbox *outbox, const char *client_id)
{
  for (size_t i = 0; i < outbox->n; i++) {
    if (strcmp(outbox->entries[i].client_id, client_id) == 0)
      return &outbox->entries[i];
  }
  return NULL;
}

bool
cc_outbox_verdict(cc_outbox *outbox, const char *client_id, int verdict, int first)
{
  int came = verdict == CC_VERDICT_DUPLICATE ? first : verdict;
  cc_outbox_entry *entry = find_entry(outbox, client_id);
  bool final =
    came == CC_VERDICT_APPLIED || came == CC_VERDICT_CONFLICT || came == CC_VERDICT_REFUSED;
  if (entry == NULL || entry->verdict != 0 || !final)
    return false;
  entry->verdict = came;
  return true;
}

static void
remove_at(cc_outbox *outbox, size_t index)
{
  outbox->n--;
  memmove(&outbox->entries[index],
          &outbox->entries[index + 1],
          (outbox->n - index) * sizeof(*outbox->entries));
}

void
cc_outbox_prune(cc_outbox *outbox)
{
  for (size_t i = 0; i < outbox->n && outbox->entries[i].verdict != 0;) {
    if (outbox->entries[i].verdict == CC_VERDICT_REFUSED)
      i++;
    else
      remove_at(outbox, i);
  }
}

bool
cc_outbox_dismiss(cc_outbox *outbox, const char *client_id)
{
  cc_outbox_entry *entry = find_entry(outbox, client_id);
  if (entry == NULL || entry->verdict != CC_VERDICT_REFUSED)
    return false;
  remove_at(outbox, (size_t) (entry - outbox->entries));
  return true;
}

void
cc_outbox_succeeded(cc_outbox *outbox)
{
  outbox->failures = 0;
  outbox->not_before = 0;
}

void
cc_outbox_failed(cc_outbox *outbox, int64_t now)
{
  int64_t wait = FIRST_WAIT;
  for (int i = 0; i < outbox->failures && wait < MOST_WAIT; i++)
    wait *= 2;
  outbox->failures++;
  outbox->not_before = now + (wait < MOST_WAIT ? wait : MOST_WAIT);
}

void
cc_clock_measure(cc_clock *clock, cc_time sent, cc_time server, cc_time got)
{
  int64_t error = got > sent ? (got - sent) / 2 + 1 : 1;
  int64_t offset = server - (sent + (got - sent) / 2);
  int64_t apart = offset > clock->offset_us ? offset - clock->offset_us : clock->offset_us - offset;
  if (clock->error_us == 0 || error < clock->error_us || apart > error + clock->error_us) {
    clock->offset_us = offset;
    clock->error_us = error;
  }
}
