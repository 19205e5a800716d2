/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Routes of feed, audit log, health and documents. */
extern const ccd_route ccd_platform_routes[];
