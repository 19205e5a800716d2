/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/engine/ccd-call.h"

/* QR codes and Code 128 barcodes, which are printed on walk lists; the QR code is also sent as
 * an image. */

/* Encode @text in Code 128, set B (ISO/IEC 15417). @ret_widths gets the widths of bars and gaps
 * in modules, beginning with a bar; it has space for @max widths. Returns the number of widths;
 * 0 when @text is too long or has a character that set B lacks. */
int ccd_turf_code128(const char *text, uint8_t *ret_widths, int max);

/* Make the QR code of @text: a square of @ret_size x @ret_size cells in @arena, without the
 * quiet zone (the empty border). true: the cell is dark. */
cc_status ccd_turf_qr(const char *text,
                      cc_arena *arena,
                      bool **ret_cells,
                      int *ret_size,
                      cc_error *reterr) CC_MUSTCHECK;

/* Returns the link that a turf's QR code contains, PUBLIC_URL/t/CODE. */
const char *ccd_turf_link(ccd_call *call, const char *code);
