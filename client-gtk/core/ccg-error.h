/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/api/cc-problem.h"
#include "common/base/cc-status.h"

G_BEGIN_DECLS

/* The client's error domain; its codes are cc_status values. Errors are made in ccg-error.c
 * only, from an HTTP status and a problem document, or from a network failure. */
#define CCG_ERROR (ccg_error_quark())
GQuark ccg_error_quark(void);

/* The problem document of @error: code, errors by field, request id. Borrowed; NULL when the
 * server did not answer. */
const cc_problem *ccg_error_get_problem(const GError *error);

/* The machine code of the problem ("second_factor_required"), or "" */
const char *ccg_error_get_code(const GError *error);

/* TRUE when the server could not be reached (refused, no network, deadline, 502 to 504): shown
 * data stays, and the client retries later. FALSE for certificate errors. */
gboolean ccg_error_is_offline(const GError *error);

/* One translated sentence for a person. (transfer full) */
char *ccg_error_describe(const GError *error);

G_END_DECLS
