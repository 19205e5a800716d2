/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-tour.h"

/* Find the shortest closed tour. The problem must have at most CCD_TOUR_EXACT + 1 places. Time
 * O(n^2 2^n), memory O(n 2^n). */
cc_status ccd_tour_exact(const ccd_tour_problem *problem,
                         cc_arena *scratch,
                         int *ret_order,
                         int64_t *ret_length,
                         cc_error *reterr) CC_MUSTCHECK;
