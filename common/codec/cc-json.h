/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Initialization of jansson for the codec. */

/* Call once before any thread starts: routes jansson's memory into the arena of the running decode
 * and seeds its hash. */
void cc_codec_init(void);
