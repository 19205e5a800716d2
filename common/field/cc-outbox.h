/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-status.h"
#include "common/base/cc-time.h"

/* The device's part of uploads, without input and output: which operations have no verdict yet,
 * in which order they are sent, and the effect of each verdict. The client stores an entry in
 * the same transaction as the operation's effect, and stores the change that a verdict makes
 * before it discards the server's reply; after a crash it restores the entries
 * (cc_outbox_restore). Only a final verdict removes an entry: no HTTP status, time-out or number
 * of tries does. */

typedef struct cc_outbox_entry {
  char client_id[37];
  int64_t sequence;
  int verdict; /* CC_VERDICT_…; 0: no verdict yet. Never CC_VERDICT_DUPLICATE */
} cc_outbox_entry;

typedef struct cc_outbox {
  cc_outbox_entry *entries; /* by sequence */
  size_t n, capacity;
  int64_t last_sequence; /* the highest sequence number in use */
  int failures;          /* in a row */
  int64_t not_before;    /* monotonic µs: time of the next allowed try */
} cc_outbox;

void cc_outbox_done(cc_outbox *outbox);

/* Add a new operation; it gets the next sequence number. */
cc_status
cc_outbox_add(cc_outbox *outbox, const char *client_id, int64_t *ret_sequence) CC_MUSTCHECK;

/* Restore an entry from the store, with its stored @verdict. Call in the order of the sequence
 * numbers. */
cc_status cc_outbox_restore(cc_outbox *outbox, const char *client_id, int64_t sequence, int verdict)
  CC_MUSTCHECK;

/* The next entry without a verdict at or after @from, to fill a request in order; NULL: no more. */
const cc_outbox_entry *cc_outbox_next(const cc_outbox *outbox, int64_t from);

/* Every operation up to this number has a final verdict: `settled` of the upload. */
int64_t cc_outbox_settled(const cc_outbox *outbox);

/* Apply a verdict of the server. For a duplicate, @first is used. A held operation keeps its
 * place and is sent again. Returns true when the entry got its final verdict by this call. The
 * first final verdict of an entry stays, whatever a late reply contains. */
bool cc_outbox_verdict(cc_outbox *outbox, const char *client_id, int verdict, int first);

/* Drop operations that were applied or handed over as conflicts, stopping at the first without a
 * verdict. Refused operations stay until a person has seen them (cc_outbox_dismiss). */
void cc_outbox_prune(cc_outbox *outbox);
bool cc_outbox_dismiss(cc_outbox *outbox, const char *client_id);

/* Call after a reply, and after a try without reply: waits 2 s, doubled each time, at most 5
 * minutes. */
void cc_outbox_succeeded(cc_outbox *outbox);
void cc_outbox_failed(cc_outbox *outbox, int64_t now);

/* The device's estimate of the server's clock. */
typedef struct cc_clock {
  int64_t offset_us; /* add to the device's wall clock to get the server's time */
  int64_t error_us;  /* maximal error of the offset; 0: never measured */
} cc_clock;

/* Measure with one exchange: @sent and @got by the device's wall clock, @server between them.
 * Keeps the more precise measurement, unless the two contradict each other, which means that the
 * device's clock was set. */
void cc_clock_measure(cc_clock *clock, cc_time sent, cc_time server, cc_time got);
