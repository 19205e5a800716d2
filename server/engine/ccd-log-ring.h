/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/cc-status.h"

/* Lines on their way to a file: a bounded buffer in memory and the one thread that writes. A pipe
 * that is full or a disk that is slow stops that thread and no other. One ring per process. */

/* Start the writer for the descriptor @fd, which stays the caller's; it may block. */
cc_status ccd_log_ring_start(int fd, cc_error *reterr) CC_MUSTCHECK;

/**
 * Take a line, which ends with a line feed, for writing. Never waits for the file.
 *
 * @important: the last quarter of the buffer is for these lines, so that a flood of others cannot
 * displace them
 *
 * False: there is no room, and the line is counted as dropped.
 */
bool ccd_log_ring_put(const char *line, size_t length, bool important);

/* Write what is there, then end the thread; for at most @wait_us microseconds, since the file may
 * not take any more. False: the thread still writes, and the descriptor must stay open. */
bool ccd_log_ring_stop(int64_t wait_us);

/* From a signal handler, in a process that is about to end: let the writer go on until everything
 * is written, for at most @wait_ms milliseconds. Calls only what a handler may call. */
void ccd_log_ring_hurry(int wait_ms);

/* Lines that were dropped since the start, because there was no room or the file did not take them.
 */
uint64_t ccd_log_ring_dropped(void);

/* Bytes that are not written yet. */
size_t ccd_log_ring_pending(void);
