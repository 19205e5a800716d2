/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/base/cc-arena.h"
#include "common/base/cc-status.h"
#include "common/codec/cc-type.h"

/* Decode JSON into structs, checked against the field tables. */

typedef enum cc_mode {
  CC_MODE_CREATE = 0, /* required keys must be present, defaults fill absent ones */
  CC_MODE_PATCH,      /* no key is required, no default is filled */
  CC_MODE_REPLY,      /* a reply read by the client: unknown keys and enum names are ignored */
  CC_MODE_KNOWN,      /* like PATCH, but read-only and unknown keys are skipped */
} cc_mode;

#define CC_JSON_DEPTH_MAX 32
#define CC_JSON_ITEMS_MAX 10000 /* maximal number of members and elements in one document */

/**
 * Decode and validate one JSON object.
 *
 * @json: not NUL-terminated; any bytes
 * @ret: a struct of @type in @arena, unset members zero; set only on CC_OK
 * @ret_present: fields whose key was there; may be NULL
 * @reterr: list with its arena set; every error found, each with its JSON pointer
 *
 * CC_ERR_MALFORMED: not JSON (or too deep, too many items, duplicate keys, not an object), one
 * item. CC_ERR_INVALID: fields are wrong. CC_ERR_NO_MEMORY: the arena's ceiling.
 */
cc_status cc_decode(const cc_type *type,
                    const char *json,
                    size_t length,
                    cc_mode mode,
                    cc_arena *arena,
                    void **ret,
                    cc_present *ret_present,
                    cc_error_list *reterr) CC_MUSTCHECK;
