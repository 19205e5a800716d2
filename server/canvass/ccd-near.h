/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Shared by tour, cut and walk: cancelling, reproducible random numbers, the Hilbert curve and
 * nearest neighbours in the plane. */

/* Called every few milliseconds during a computation; when it returns true, the computation ends
 * with CC_ERR_UNAVAILABLE and code "cancelled". A NULL watch never cancels. */
typedef struct ccd_watch {
  bool (*cancelled)(void *data);
  void *data;
} ccd_watch;

/* CC_OK, or the status of a cancelled computation. */
cc_status ccd_watch_check(const ccd_watch *watch, cc_error *reterr) CC_MUSTCHECK;

/* xorshift64*: the same numbers on every machine. @state is never 0 after ccd_random_seed. */
uint64_t ccd_random_seed(uint64_t seed);
uint64_t ccd_random_next(uint64_t *state);

/* 0 <= result < @below; @below > 0. */
int ccd_random_below(uint64_t *state, int below);

/* Sort places 0 .. @n - 1 along a Hilbert curve (16 bits per axis) over their bounding square.
 * O(n log n). @ret_order has @n elements. */
cc_status ccd_near_hilbert(const double *x,
                           const double *y,
                           int n,
                           cc_arena *scratch,
                           int *ret_order,
                           cc_error *reterr) CC_MUSTCHECK;

/**
 * Find the @k places nearest to each place by straight line, without the place itself: searches
 * rings of a grid with about two places per cell. O(n k) for evenly distributed places.
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
