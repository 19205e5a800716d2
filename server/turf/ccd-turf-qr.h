/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/engine/ccd-call.h"

/* Code 128, set B: widths of bars and gaps in modules, bars first; 0 when @text has a character
 * that it cannot say, or too many. @ret_widths has room for @max. ISO/IEC 15417. */
int ccd_turf_code128(const char *text, uint8_t *ret_widths, int max);

/* QR code of @text as a square of @ret_size x @ret_size cells, true = dark, without quiet zone. In
 * @arena. */
cc_status ccd_turf_qr(const char *text,
                      cc_arena *arena,
                      bool **ret_cells,
                      int *ret_size,
                      cc_error *reterr) CC_MUSTCHECK;

/* PUBLIC_URL/t/CODE: what the QR code of a turf says. */
const char *ccd_turf_link(ccd_call *call, const char *code);
