/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"

/* Write db/functions/rules/rows.sql: the rows of the rule tables that SQL statements join. */
void cc_rules_sql(cc_str *out);
