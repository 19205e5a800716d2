/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"

/* Prints the state machines as SQL and as a page of documentation. */

/* Write the SQL statements that fill the tables state_machines and state_moves. */
void cc_machines_sql(cc_str *out);

/* Write docs/internals/states.md. */
void cc_machines_doc(cc_str *out);
