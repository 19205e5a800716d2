/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-status.h"

/* Transfers log lines to a file: a bounded buffer in memory and one writing thread. A full pipe
 * or a slow disk stops only that thread. One ring per process. */

/* Start the writer for the descriptor @fd, which the caller keeps; writing to it may block. */
cc_status ccd_log_ring_start(int fd, cc_error *reterr) CC_MUSTCHECK;

/**
 * Queue a line, which must end with a line feed. Never waits for the file.
 *
 * @important: the last quarter of the buffer is reserved for these lines, so that many others
 *   cannot displace them
 *
 * False: the buffer is full, and the line is counted as dropped.
 */
bool ccd_log_ring_put(const char *line, size_t length, bool important);

/* Write the queued lines, then end the thread. Waits at most @wait_us microseconds, because the
 * file may accept nothing. False: the thread is still writing, and the descriptor must stay
 * open. */
bool ccd_log_ring_stop(int64_t wait_us);

/* Call from a signal handler in a process that is about to end: waits at most @wait_ms
 * milliseconds until the writer has written everything. Async-signal-safe. */
void ccd_log_ring_hurry(int wait_ms);

/* Number of lines dropped since the start, because the buffer was full or the file did not
 * accept them. */
uint64_t ccd_log_ring_dropped(void);

/* Number of bytes that are not written yet. */
size_t ccd_log_ring_pending(void);
