/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"
#include "server/voters/ccd-voter-row.h"

/* Append the mapped row to @out as a JSON object. The objects are the sample of an import, with
 * which users check the mapping. The address of a confidential voter is left out. */
void ccd_import_sample_row(const ccd_voter_row *row, cc_str *out);
