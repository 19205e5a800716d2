/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-status.h"
#include "common/base/cc-time.h"

/* The device's side of uploads, without I/O: what was done and not yet decided, in which order it
 * is sent, and what a verdict does to it. The client keeps each entry in its store in the
 * transaction of the work itself, and writes down what a verdict changed before it forgets the
 * answer; after a crash it puts the entries back (cc_outbox_restore). Nothing leaves the outbox but
 * by a final verdict: no HTTP status, no time-out and no number of tries removes an entry. */

typedef struct cc_outbox_entry {
  char client_id[37];
  int64_t sequence;
  int verdict; /* CC_VERDICT_…: what it came to; 0: not decided. Never CC_VERDICT_DUPLICATE */
} cc_outbox_entry;

typedef struct cc_outbox {
  cc_outbox_entry *entries; /* by sequence */
  size_t n, capacity;
  int64_t last_sequence; /* the last one given */
  int failures;          /* in a row */
  int64_t not_before;    /* monotonic µs: when the next try may be */
} cc_outbox;

void cc_outbox_done(cc_outbox *outbox);

/* What was just done gets the next number. */
cc_status
cc_outbox_add(cc_outbox *outbox, const char *client_id, int64_t *ret_sequence) CC_MUSTCHECK;

/* An entry from the store, in the order of the sequence. @verdict as it was kept. */
cc_status cc_outbox_restore(cc_outbox *outbox, const char *client_id, int64_t sequence, int verdict)
  CC_MUSTCHECK;

/* The next undecided entry at or after @from, to fill a request in order; NULL: no more. */
const cc_outbox_entry *cc_outbox_next(const cc_outbox *outbox, int64_t from);

/* Every operation up to here has its final verdict: `settled` of the upload. */
int64_t cc_outbox_settled(const cc_outbox *outbox);

/* A verdict came. Of a duplicate @first counts. held changes nothing: the entry is sent again until
 * its turn has come. True: the entry has got its final verdict now. A verdict of the first time
 * stays, whatever an answer that comes late says. */
bool cc_outbox_verdict(cc_outbox *outbox, const char *client_id, int verdict, int first);

/* Forget what was applied or is somebody else's work now (conflict), up to the first that is
 * undecided. What was refused stays until a person has dealt with it (cc_outbox_dismiss). */
void cc_outbox_prune(cc_outbox *outbox);
bool cc_outbox_dismiss(cc_outbox *outbox, const char *client_id);

/* After an answer, and after a try without one: waits 2 s, doubled each time, at most 5 minutes. */
void cc_outbox_succeeded(cc_outbox *outbox);
void cc_outbox_failed(cc_outbox *outbox, int64_t now);

/* The server's clock as the device knows it. */
typedef struct cc_clock {
  int64_t offset_us; /* to be added to the device's wall clock */
  int64_t error_us;  /* at most this far off; 0: never measured */
} cc_clock;

/* From one exchange: @sent and @got by the device's wall clock, @server in between. Keeps the
 * better one, unless they contradict each other: then the device's clock was set. */
void cc_clock_measure(cc_clock *clock, cc_time sent, cc_time server, cc_time got);
