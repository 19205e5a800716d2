/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-call.h"

/* Examples of the page of the API, made from the examples in the field tables. */

/* Write a curl command in HTML that calls the operation of @route. @url: address of the API */
void ccd_docs_curl(const ccd_route *route, const char *url, cc_str *out);

/* Write examples of the JSON body and of the JSON reply in HTML; nothing for operations without
 * JSON. */
void ccd_docs_examples(const cc_op *op, cc_str *out);
