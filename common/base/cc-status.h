/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdarg.h>

#include "common/base/cc-base.h"

typedef struct cc_arena cc_arena;

/* The results of a function. One table (cc-status.c) gives each failure its HTTP status, the
 * `type` of its problem document (RFC 9457) and a title; both programs use that table. */
typedef enum cc_status {
  CC_OK = 0,
  CC_ERR_MALFORMED,       /* 400: not well formed (JSON syntax, URL, header) */
  CC_ERR_UNAUTHENTICATED, /* 401 */
  CC_ERR_FORBIDDEN,       /* 403 */
  CC_ERR_NOT_FOUND,       /* 404 */
  CC_ERR_METHOD,          /* 405 */
  CC_ERR_CONFLICT,        /* 409 */
  CC_ERR_GONE,            /* 410: existed, and will not exist again */
  CC_ERR_PRECONDITION,    /* 412: If-Match did not match */
  CC_ERR_TOO_LARGE,       /* 413 */
  CC_ERR_UNSUPPORTED,     /* 415: content type */
  CC_ERR_RANGE,           /* 416: the Range begins after the end of the file */
  CC_ERR_INVALID,         /* 422: well formed, but the values of fields are wrong */
  CC_ERR_RATE_LIMITED,    /* 429 */
  CC_ERR_INTERNAL,        /* 500 */
  CC_ERR_EXTERNAL,        /* 502: a provider failed */
  CC_ERR_UNAVAILABLE,     /* 503: try again later */
  CC_ERR_NO_MEMORY,       /* 503: a ceiling was reached or malloc failed */
  CC_ERR_STORAGE,         /* 507: not enough disk space for the file */
  _CC_STATUS_MAX
} cc_status;

/* Bit of a status in a cc_op's set of declared errors. */
#define CC_ERR_BIT(status) (1u << (status))

/**
 * One error, small enough to be filled without allocation.
 *
 * @code: machine-readable, such as "too_long" or "last_owner"
 * @pointer: JSON pointer (RFC 6901) of the field inside the request body, or the name of the path
 *   or query parameter; empty when the error concerns the request as a whole
 * @message: one sentence for people: what is wrong
 * @hint: one sentence: how to correct it; may be empty
 */
typedef struct cc_error {
  cc_status status;
  char code[32];
  char pointer[96];
  char message[200];
  char hint[200];
} cc_error;

/* Validation collects every error, not only the first. The items are allocated in the arena. */
typedef struct cc_error_list {
  cc_arena *arena; /* set by the owner before the first add */
  cc_error *items;
  size_t n, capacity;
} cc_error_list;

/* Maximal number of errors in a list; further errors are dropped. */
#define CC_ERRORS_MAX 50

/* HTTP code of a status: 200 for CC_OK. */
int cc_status_http(cc_status status);

/* Problem `type`, such as "not_found". Static string. */
const char *cc_status_type(cc_status status);

/* Human title, such as "Not found". Static string. */
const char *cc_status_title(cc_status status);

/* The status of an HTTP status code, used by the client: CC_OK for 2xx and 304, CC_ERR_INTERNAL
 * for a code without a row. */
cc_status cc_status_from_http(int http);

/* Fill @error (may be NULL) and return @status, so that failing takes one return statement.
 * `format` makes the message. A text that is too long is cut at a character boundary, and
 * incomplete characters left by formats such as `%.40s` are removed, so the message is always
 * valid UTF-8. */
cc_status cc_fail(cc_error *error, cc_status status, const char *code, const char *format, ...)
  CC_PRINTF(4, 5);

/* Like cc_fail, and names the wrong field. */
cc_status cc_fail_field(cc_error *error,
                        cc_status status,
                        const char *code,
                        const char *pointer,
                        const char *format,
                        ...) CC_PRINTF(5, 6);

/* Set the hint: how to correct the error. Call after the error was filled. */
void cc_error_hint(cc_error *error, const char *format, ...) CC_PRINTF(2, 3);
void cc_error_vhint(cc_error *error, const char *format, va_list args) CC_PRINTF(2, 0);

/* Fails with CC_ERR_NO_MEMORY; the code and message of every lack of memory. */
cc_status cc_fail_memory(cc_error *error);

/* Fails with CC_ERR_NOT_FOUND. The message is the same for an object that does not exist and for
 * an object of another organization, so that it does not reveal the latter. */
cc_status cc_fail_absent(cc_error *error);

/* Append to the list; does nothing after CC_ERRORS_MAX or when the arena is full. Returns the
 * new item so that a hint can be set, or NULL when it was not added. */
cc_error *cc_error_list_add(cc_error_list *list,
                            const char *code,
                            const char *pointer,
                            const char *format,
                            ...) CC_PRINTF(4, 5);
