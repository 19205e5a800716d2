/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"

/* Shared by ccd-tour.c, ccd-cut.c and ccd-walk.c: cancelling, reproducible random numbers, the
 * Hilbert curve and nearest neighbours in the plane. */

/* A check for cancellation. Computations call @cancelled every few milliseconds; when it returns
 * true, they end with CC_ERR_UNAVAILABLE and code "cancelled". A NULL watch never cancels. */
typedef struct ccd_watch {
  bool (*cancelled)(void *data);
  void *data;
} ccd_watch;

/* Returns CC_OK, or CC_ERR_UNAVAILABLE when the computation was cancelled. */
cc_status ccd_watch_check(const ccd_watch *watch, cc_error *reterr) CC_MUSTCHECK;

/* Random numbers by xorshift64*, the same on every machine. ccd_random_seed returns the first
 * state for a seed, never 0; ccd_random_next returns the next number and advances @state. */
uint64_t ccd_random_seed(uint64_t seed);
uint64_t ccd_random_next(uint64_t *state);

/* Returns a random number from 0 to @below - 1; @below must be > 0. */
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
