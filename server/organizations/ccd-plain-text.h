/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "common/base/cc-arena.h"

/* What somebody typed, as it may stand in a mail to somebody else: where a mail client would make a
 * link (a web address, a host's name, an e-mail address) a blank stands in the way.
 *
 * @ret_links: whether there was such a place
 *
 * In @arena; NULL at its ceiling. */
const char *ccd_plain_text(cc_arena *arena, const char *text, bool *ret_links);
