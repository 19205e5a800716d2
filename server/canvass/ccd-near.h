/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* What the tour, the cut and the walk share: a way to be stopped, random numbers that a seed
 * repeats, the Hilbert curve and nearest neighbours in the plane. */

/* Asked every few milliseconds of work; when it says true, the work ends with CC_ERR_UNAVAILABLE
 * and code "cancelled". Wherever a watch is taken, NULL means: never. */
typedef struct ccd_watch {
  bool (*cancelled)(void *data);
  void *data;
} ccd_watch;

/* CC_OK, or the status for a work that was cancelled. */
cc_status ccd_watch_look(const ccd_watch *watch, cc_error *reterr) CC_MUSTCHECK;

/* xorshift64*: the same numbers on every machine. @state is never 0 after ccd_random_seed. */
uint64_t ccd_random_seed(uint64_t seed);
uint64_t ccd_random_next(uint64_t *state);

/* 0 <= result < @below; @below > 0. */
int ccd_random_below(uint64_t *state, int below);

/* Places 0 .. @n - 1 in the order of a Hilbert curve (16 bits a side) over their bounding square.
 * O(n log n). @ret_order holds @n. */
cc_status ccd_near_hilbert(const double *x,
                           const double *y,
                           int n,
                           cc_arena *scratch,
                           int *ret_order,
                           cc_error *reterr) CC_MUSTCHECK;

/**
 * The @k places nearest to each place by straight line, itself left out: a grid of about two
 * places a cell, searched in rings. O(n k) on places that are spread.
 *
 * @k: at most CCD_NEAR_MAX and at most @n - 1
 * @ret: @n * @k places, nearest first
 */
cc_status ccd_near_find(const double *x,
                        const double *y,
                        int n,
                        int k,
                        cc_arena *scratch,
                        int *ret,
                        cc_error *reterr) CC_MUSTCHECK;

#define CCD_NEAR_MAX 16
