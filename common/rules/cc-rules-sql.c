/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/rules/cc-rules-sql.h"

#include "common/rules/cc-check-in.h"
#include "common/rules/cc-machine-print.h"
#include "common/rules/cc-outcome.h"

void
cc_rules_sql(cc_str *out)
{
  cc_str_add(out,
             "-- SPDX-License-Identifier: GPL-3.0-or-later\n"
             "--\n"
             "-- Made by `campaign-centerd rules sql` from common/rules; do not edit. The rows "
             "that "
             "statements join.\n\n");
  cc_outcomes_sql(out);
  cc_str_add_char(out, '\n');
  cc_door_verdicts_sql(out);
  cc_str_add_char(out, '\n');
  cc_machines_sql(out);
}
