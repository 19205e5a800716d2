/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/turf/ccd-turf-qr.h"

#include <cairo.h>
#include <qrencode.h>
#include <string.h>

#include "ccd-queries.h"
#include "common/api/cc-turf.h"
#include "common/base/cc-str.h"
#include "server/engine/ccd-reply-file.h"
#include "server/engine/ccd-server.h"
#include "server/turf/ccd-turf.h"

/* Makes QR codes (with libqrencode) and Code 128 barcodes. */

#define QUIET 4   /* number of empty cells around a QR code (ISO/IEC 18004) */
#define PIXELS 10 /* pixels per cell of the PNG */
#define FILE_MAX ((size_t) 1 << 20)

const char *
ccd_turf_link(ccd_call *call, const char *code)
{
  const char *base = ccd_call_config(call)->public_url;
  size_t length = strlen(base);
  while (length > 0 && base[length - 1] == '/')
    length--;
  return cc_arena_printf(call->arena, "%.*s/t/%s", (int) length, base, code);
}

cc_status
ccd_turf_qr(const char *text, cc_arena *arena, bool **ret_cells, int *ret_size, cc_error *reterr)
{
  if (text == NULL)
    return cc_fail_memory(reterr);
  QRcode *made =
    QRcode_encodeString(text, /* version= */ 0, QR_ECLEVEL_M, QR_MODE_8, /* casesensitive= */ 1);
  if (made == NULL)
    return cc_fail(reterr, CC_ERR_INTERNAL, "qr", "The QR code could not be made");
  int cells = made->width * made->width;
  bool *copy = cc_arena_alloc(arena, (size_t) cells * sizeof(*copy));
  for (int i = 0; copy != NULL && i < cells; i++)
    copy[i] = made->data[i] & 1;
  *ret_size = made->width;
  *ret_cells = copy;
  QRcode_free(made);
  return copy == NULL ? cc_fail_memory(reterr) : CC_OK;
}

/* The 107 symbols of Code 128, each as the widths of bar, gap, bar, gap, bar, gap. The last one
 * is the stop symbol. */
static const char *const patterns[] =
  {"212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
   "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
   "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
   "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
   "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
   "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
   "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
   "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
   "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
   "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
   "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
   "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112"};

#define START_B 104
#define STOP 106

static int
add_pattern(int value, uint8_t *ret, int n, int max)
{
  for (const char *at = patterns[value]; *at != '\0'; at++) {
    if (n >= max)
      return max + 1;
    ret[n++] = (uint8_t) (*at - '0');
  }
  return n;
}

int
ccd_turf_code128(const char *text, uint8_t *ret_widths, int max)
{
  int n = add_pattern(START_B, ret_widths, 0, max);
  int sum = START_B;
  for (int i = 0; n <= max && text[i] != '\0'; i++) {
    if (text[i] < ' ' || text[i] > '~')
      return 0;
    sum += (i + 1) * (text[i] - ' ');
    n = add_pattern(text[i] - ' ', ret_widths, n, max);
  }
  if (n <= max)
    n = add_pattern(sum % 103, ret_widths, n, max);
  if (n <= max)
    n = add_pattern(STOP, ret_widths, n, max);
  return n <= max ? n : 0;
}

static cairo_status_t
write_cb(void *data, const unsigned char *bytes, unsigned int length)
{
  cc_str *out = data;
  cc_str_add_n(out, (const char *) bytes, length);
  return out->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void
write_png(const bool *cells, int size, cc_str *out)
{
  int side = (size + 2 * QUIET) * PIXELS;
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, side, side);
  cairo_t *cr = cairo_create(surface);
  cairo_set_source_rgb(cr, 1, 1, 1);
  cairo_paint(cr);
  cairo_set_antialias(cr, CAIRO_ANTIALIAS_NONE);
  cairo_scale(cr, PIXELS, PIXELS);
  cairo_translate(cr, QUIET, QUIET);
  cairo_set_source_rgb(cr, 0, 0, 0);
  for (int i = 0; i < size * size; i++) {
    int row = i / size, column = i % size;
    if (cells[i])
      cairo_rectangle(cr, column, row, 1, 1);
  }
  cairo_fill(cr);
  out->failed = out->failed || cairo_status(cr) != CAIRO_STATUS_SUCCESS ||
                cairo_surface_write_to_png_stream(surface, write_cb, out) != CAIRO_STATUS_SUCCESS;
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
}

static void
write_svg(const bool *cells, int size, cc_str *out)
{
  int side = size + 2 * QUIET;
  cc_str_printf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                "shape-rendering=\"crispEdges\"><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>"
                "<path d=\"",
                side,
                side,
                side,
                side);
  for (int i = 0; i < size * size; i++) {
    if (cells[i])
      cc_str_printf(out, "M%d %dh1v1h-1z", i % size + QUIET, i / size + QUIET);
  }
  cc_str_add(out, "\"/></svg>\n");
}

/* Copy the bytes of @out into the arena and send them as the response. */
static cc_status
send_image(ccd_call *call, cc_str *out, const ccd_file *file, cc_error *reterr)
{
  char *kept = out->failed ? NULL : cc_arena_text(call->arena, out->length + 1);
  if (kept == NULL)
    return cc_fail_memory(reterr);
  memcpy(kept, out->text, out->length);
  return ccd_call_send_bytes(call, kept, out->length, file, reterr);
}

cc_status
ccd_turf_send_qr(ccd_call *call, cc_error *reterr)
{
  const cc_turf_qr_query *query = call->query;
  const ccd_rows *rows = NULL;
  cc_status status = ccd_call_query(call, &ccd_q_turf_paper, NULL, &rows, reterr);
  if (status == CC_OK && ccd_rows_n(rows) == 0)
    return cc_fail_absent(reterr);
  const char *code = status == CC_OK ? ccd_rows_get(rows, 0, "code") : NULL;
  if (status == CC_OK && code == NULL)
    return cc_fail(reterr,
                   CC_ERR_CONFLICT,
                   "turf_no_code",
                   "A draft has no code. Publish the turf first.");
  bool *cells = NULL;
  int size = 0;
  if (status == CC_OK)
    status = ccd_turf_qr(ccd_turf_link(call, code), call->arena, &cells, &size, reterr);
  if (status != CC_OK)
    return status;
  cc_str out = CC_STR_INIT(FILE_MAX);
  bool svg = query->format == CC_TURF_SVG;
  (svg ? write_svg : write_png)(cells, size, &out);
  const ccd_file file = {.media = svg ? "image/svg+xml" : "image/png"};
  status = send_image(call, &out, &file, reterr);
  cc_str_done(&out);
  return status;
}
