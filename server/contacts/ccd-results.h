/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Handlers of what is no row or list of rows: counts that name their place in the feed, and maps.
 */
ccd_handler ccd_results_count;
ccd_handler ccd_results_answers;
ccd_handler ccd_map_tile;
ccd_handler ccd_map_features;
