/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Feed, audit log, health, documents. */
extern const ccd_route ccd_platform_routes[];
