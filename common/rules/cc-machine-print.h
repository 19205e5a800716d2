/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-str.h"

/* The state machines as SQL and as a page of documentation. */

/* Statements that fill the tables state_machines and state_moves. */
void cc_machines_sql(cc_str *out);

/* docs/internals/states.md. */
void cc_machines_doc(cc_str *out);
