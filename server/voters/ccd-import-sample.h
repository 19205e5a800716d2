/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "server/voters/ccd-voter-row.h"

/* The row for the sample: a JSON object of what it says. */
void ccd_import_sample_row(const ccd_voter_row *row, cc_str *out);
