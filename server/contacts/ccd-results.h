/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Handlers whose reply is not a plain row or list: counts (with a feed cursor) and maps. */
ccd_handler ccd_results_count;
ccd_handler ccd_results_answers;
ccd_handler ccd_map_tile;
ccd_handler ccd_map_features;
