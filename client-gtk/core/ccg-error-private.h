/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-doc.h"
#include "client-gtk/core/ccg-error.h"

/* Constructors of all errors of the client. */

/* @code: machine-readable code; @message: one sentence, translated if it is shown to people. */
GError *ccg_error_new(cc_status status, const char *code, const char *message);

/* Error for a reply that is no success. @problem (nullable): its problem document. */
GError *ccg_error_new_http(unsigned http_status, CcgDoc *problem);

/* Error for a failure of GIO or libsoup. Certificate errors and cancellation are kept unchanged. */
GError *ccg_error_new_network(const GError *cause);

/* Error for a missing reply within the deadline. */
GError *ccg_error_new_deadline(void);
