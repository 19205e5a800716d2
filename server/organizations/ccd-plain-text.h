/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-arena.h"

/* Make a text that one person typed safe for a mail to another: a blank is inserted where a mail
 * client would make a link (a URL, a host name, an e-mail address).
 *
 * @ret_links: whether there was such a place
 *
 * Allocated in @arena; NULL at its ceiling. */
const char *ccd_plain_text(cc_arena *arena, const char *text, bool *ret_links);
