/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/engine/ccd-openapi.h"

/* Of the API document what an operation answers, and which conditions it takes. */

/* "responses" of an operation. */
void ccd_openapi_responses(const ccd_route *route, cc_str *out);

/* "responses" of the components. */
void ccd_openapi_errors(const ccd_route *const *tables, cc_str *out);

/* "headers" of the components. */
void ccd_openapi_headers(cc_str *out);

/* ,"content" of bytes: any of the comma-separated types. */
void ccd_openapi_media(const char *media, cc_str *out);

/* Which conditions an operation takes. */
bool ccd_openapi_if_match(const ccd_route *route);
bool ccd_openapi_if_none_match(const cc_op *op);
bool ccd_openapi_range(const cc_op *op);

/* CC_ERR_BITs of everything that the route may answer: what its op declares and what follows from
 * what the route is. */
unsigned ccd_route_errors(const ccd_route *route);
