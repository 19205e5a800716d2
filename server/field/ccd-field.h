/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Packs for phones, uploads from phones, and conflicts. The rules are in db/functions/field, the
 * protocol in docs/internals/field-protocol.md. */
extern const ccd_route ccd_field_routes[];

ccd_handler ccd_field_packs;
ccd_handler ccd_turf_pack;
ccd_handler ccd_event_pack;
ccd_handler ccd_field_upload;
ccd_handler ccd_field_resolve;
