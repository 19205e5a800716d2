/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-openapi.h"

/* Parts of the OpenAPI document: an operation's replies and conditions. */

/* Write "responses" of an operation. */
void ccd_openapi_responses(const ccd_route *route, cc_str *out);

/* Write "responses" of the components. */
void ccd_openapi_errors(const ccd_route *const *tables, cc_str *out);

/* Write "headers" of the components. */
void ccd_openapi_headers(cc_str *out);

/* Write ,"content" of a file: one of the comma-separated types. */
void ccd_openapi_media(const char *media, cc_str *out);

/* Does the operation accept If-Match? */
bool ccd_openapi_if_match(const ccd_route *route);
bool ccd_openapi_if_none_match(const cc_op *op);
bool ccd_openapi_range(const cc_op *op);

/* CC_ERR_BITs of all errors that the route can return: those that its operation declares and
 * those that follow from the route. */
unsigned ccd_route_errors(const ccd_route *route);
