/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "server/engine/ccd-call.h"

/* The page of the API for people, made from the tables. */

void ccd_docs_write(const ccd_route *const *tables, cc_str *out);
