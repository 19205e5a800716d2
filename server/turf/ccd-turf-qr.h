/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/engine/ccd-call.h"

/* Codes for cameras: QR and Code 128, printed on walk lists; the QR code is also sent as an image.
 */

/* Encode @text in Code 128, set B (ISO/IEC 15417): widths of bars and gaps in modules, bars
 * first. Returns 0 when @text is too long or has a character that the set lacks. @ret_widths has
 * space for @max widths. */
int ccd_turf_code128(const char *text, uint8_t *ret_widths, int max);

/* QR code of @text as a square of @ret_size x @ret_size cells, true = dark, without
 * quiet zone. Allocated in @arena. */
cc_status ccd_turf_qr(const char *text,
                      cc_arena *arena,
                      bool **ret_cells,
                      int *ret_size,
                      cc_error *reterr) CC_MUSTCHECK;

/* PUBLIC_URL/t/CODE: the content of a turf's QR code. */
const char *ccd_turf_link(ccd_call *call, const char *code);
