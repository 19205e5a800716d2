/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"

/* Prints the state machines of cc-machine.c as SQL and as a page of documentation. Called by
 * cc-rules-sql.c and by the command `campaign-centerd rules states`. */

/* Append the statements that fill the tables state_machines and state_moves. */
void cc_machines_sql(cc_str *out);

/* Append the text of docs/internals/states.md. */
void cc_machines_doc(cc_str *out);
