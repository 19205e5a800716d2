/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdarg.h>

#include "common/base/cc-base.h"

typedef struct cc_arena cc_arena;

/* Every way in which a piece of work can end. One table (cc-status.c) gives each its HTTP code,
 * the `type` of its problem document (RFC 9457) and a title; both programs read that table. */
typedef enum cc_status {
  CC_OK = 0,
  CC_ERR_MALFORMED,       /* 400: not even well formed (JSON syntax, URL, header) */
  CC_ERR_UNAUTHENTICATED, /* 401 */
  CC_ERR_FORBIDDEN,       /* 403 */
  CC_ERR_NOT_FOUND,       /* 404 */
  CC_ERR_METHOD,          /* 405 */
  CC_ERR_CONFLICT,        /* 409 */
  CC_ERR_GONE,            /* 410: it was there and will not come back */
  CC_ERR_PRECONDITION,    /* 412: If-Match did not match */
  CC_ERR_TOO_LARGE,       /* 413 */
  CC_ERR_UNSUPPORTED,     /* 415: content type */
  CC_ERR_RANGE,           /* 416: Range begins behind the end of the file */
  CC_ERR_INVALID,         /* 422: well formed, but fields are wrong */
  CC_ERR_RATE_LIMITED,    /* 429 */
  CC_ERR_INTERNAL,        /* 500 */
  CC_ERR_EXTERNAL,        /* 502: a provider failed */
  CC_ERR_UNAVAILABLE,     /* 503: try again later */
  CC_ERR_NO_MEMORY,       /* 503: a ceiling was reached or malloc failed */
  CC_ERR_STORAGE,         /* 507: no room for the file */
  _CC_STATUS_MAX
} cc_status;

/* Bit of a status in a cc_op's set of declared errors. */
#define CC_ERR_BIT(status) (1u << (status))

/**
 * One thing that is wrong, small enough to be filled without allocating.
 *
 * @code: machine-readable, such as "too_long" or "last_owner"
 * @pointer: JSON pointer (RFC 6901) of the field inside the request body, or the name of the
 *   path or query parameter; empty when the request as a whole is meant
 * @message: one sentence for a person: what is wrong
 * @hint: one sentence: the way out; may be empty
 */
typedef struct cc_error {
  cc_status status;
  char code[32];
  char pointer[96];
  char message[200];
  char hint[200];
} cc_error;

/* Validation collects every error, not just the first. The items live in the arena. */
typedef struct cc_error_list {
  cc_arena *arena; /* set by the owner before the first add */
  cc_error *items;
  size_t n, capacity;
} cc_error_list;

/* At most this many errors are kept; a body of 10,000 wrong fields needs no 10,000 answers. */
#define CC_ERRORS_MAX 50

/* HTTP code of a status: 200 for CC_OK. */
int cc_status_http(cc_status status);

/* Problem `type`, such as "not_found". Static string. */
const char *cc_status_type(cc_status status);

/* Human title, such as "Not found". Static string. */
const char *cc_status_title(cc_status status);

/* The status whose HTTP code is `http` (the client's way back): CC_OK for 2xx and 304,
 * CC_ERR_INTERNAL for a code that no row has. */
cc_status cc_status_from_http(int http);

/* Fill @error (may be NULL) and return @status, so that a failure is one return statement.
 * `format` makes the message. Text too long is cut at a character boundary, and what a `%.40s`
 * left of a character is left out, so the message is always UTF-8. */
cc_status cc_fail(cc_error *error, cc_status status, const char *code, const char *format, ...)
  CC_PRINTF(4, 5);

/* Same, and names the field that is wrong. */
cc_status cc_fail_field(cc_error *error,
                        cc_status status,
                        const char *code,
                        const char *pointer,
                        const char *format,
                        ...) CC_PRINTF(5, 6);

/* The way out. May be added after the error was filled. */
void cc_error_hint(cc_error *error, const char *format, ...) CC_PRINTF(2, 3);
void cc_error_vhint(cc_error *error, const char *format, va_list args) CC_PRINTF(2, 0);

/* CC_ERR_NO_MEMORY with the one code and message for it. */
cc_status cc_fail_memory(cc_error *error);

/* CC_ERR_NOT_FOUND, in the same words for a thing that does not exist and for a thing of another
 * organization. */
cc_status cc_fail_absent(cc_error *error);

/* Append to the list (silently none after CC_ERRORS_MAX or when the arena is full).
 * Returns the new item so that a hint can be set, or NULL when it was not kept. */
cc_error *cc_error_list_add(cc_error_list *list,
                            const char *code,
                            const char *pointer,
                            const char *format,
                            ...) CC_PRINTF(4, 5);
