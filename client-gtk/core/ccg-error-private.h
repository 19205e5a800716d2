/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/core/ccg-doc.h"
#include "client-gtk/core/ccg-error.h"

/* The only places where errors of the client are made. */

/* @code: machine code; @message: one sentence, translated where a person sees it as it is. */
GError *ccg_error_new(cc_status status, const char *code, const char *message);

/* From an answer that is no success. @problem (nullable): its problem document. */
GError *ccg_error_new_http(unsigned http_status, CcgDoc *problem);

/* From what GIO or libsoup said. Wrong certificates and cancellation stay as they are. */
GError *ccg_error_new_network(const GError *cause);

/* No answer within the deadline. */
GError *ccg_error_new_deadline(void);
