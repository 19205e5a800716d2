/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Routes of events. No rule of events needs C code, so there are no handlers. */
extern const ccd_route ccd_events_routes[];
