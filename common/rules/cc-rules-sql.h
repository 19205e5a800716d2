/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"

/* db/functions/rules/rows.sql: the rows of the tables of rules that statements join. */
void cc_rules_sql(cc_str *out);
