/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/canvass/ccd-cut-split.h"

/* Group stops by repeated halving, then balance neighbouring groups. The output parameters are
 * the same as those of ccd_cut_split. */
cc_status ccd_cut_halve(const ccd_stops *s,
                        const ccd_watch *watch,
                        cc_arena *scratch,
                        int *ret_order,
                        int *ret_end,
                        int *ret_n,
                        cc_error *reterr) CC_MUSTCHECK;
