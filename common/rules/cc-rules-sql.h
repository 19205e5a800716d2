/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"

/* Append the text of db/functions/rules/rows.sql: the rules of this folder as rows of tables, for
 * statements to join. Called by the command `campaign-centerd rules sql`. */
void cc_rules_sql(cc_str *out);
