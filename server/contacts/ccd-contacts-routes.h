/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Routes of contacts, consent, follow-ups, scripts, results and maps. */
extern const ccd_route ccd_contacts_routes[];
