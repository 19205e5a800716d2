/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Events: no rule here needs C, so there is no handler. */
extern const ccd_route ccd_events_routes[];
