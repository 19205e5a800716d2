/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Converts a table of address points to GeoJSON; see ccd-places-csv.h. */
#include "server/voters/ccd-places-csv.h"

#include <stdlib.h>
#include <string.h>

#include "server/voters/ccd-table-guess.h"
#include "server/voters/ccd-voters-routes.h"

static const char *const latitudes[] = {"latitude", "lat", "y"};
static const char *const longitudes[] = {"longitude", "lon", "lng", "long", "x"};

/* Returns whether the column has this name. Only letters are compared, without case: "LAT."
 * equals "lat". */
static bool
is_named(const char *column, const char *name)
{
  for (; *column != '\0'; column++) {
    char small = (char) (*column | 0x20);
    if (small < 'a' || small > 'z')
      continue;
    if (small != *name)
      return false;
    name++;
  }
  return *name == '\0';
}

static int
find_column(const char *const *columns, size_t n, const char *const *names, size_t n_names)
{
  for (size_t name = 0; name < n_names; name++) {
    for (size_t i = 0; i < n; i++) {
      if (is_named(columns[i], names[name]))
        return (int) i;
    }
  }
  return -1;
}

/* Parse a number from -180 to 180. Returns false for any other text. */
static bool
read_degrees(ccd_slice text, double *ret)
{
  char buffer[32];
  char *end = buffer;
  if (text.length == 0 || text.length >= sizeof(buffer))
    return false;
  memcpy(buffer, text.text, text.length);
  buffer[text.length] = '\0';
  *ret = strtod(buffer, &end);
  return *end == '\0' && *ret >= -180 && *ret <= 180;
}

static void
add_feature(cc_str *out, const char *const *columns, const ccd_table_row *row, int x, int y)
{
  double longitude = 0, latitude = 0;
  cc_str_add(out, out->text[out->length - 1] == '[' ? "{\"properties\":{" : ",{\"properties\":{");
  for (size_t i = 0; i < row->n; i++) {
    if (i > 0)
      cc_str_add_char(out, ',');
    cc_str_add_json(out, columns[i], strlen(columns[i]));
    cc_str_add_char(out, ':');
    cc_str_add_json(out,
                    row->fields[i].text == NULL ? "" : row->fields[i].text,
                    row->fields[i].length);
  }
  if (read_degrees(row->fields[x], &longitude) && read_degrees(row->fields[y], &latitude))
    cc_str_printf(out,
                  "},\"geometry\":{\"type\":\"Point\",\"coordinates\":[%.7f,%.7f]}}",
                  longitude,
                  latitude);
  else
    cc_str_add(out, "}}");
}

cc_status
ccd_points_from_table(cc_arena *arena,
                      const char *bytes,
                      size_t length,
                      cc_str *out,
                      cc_error *reterr)
{
  ccd_table_guess guess = {0};
  CC_AUTO(ccd_source) source = ccd_source_memory(bytes, length);
  CC_AUTO(ccd_table) table = NULL;
  cc_status status = ccd_table_guess_bytes(bytes,
                                           length < CCD_GUESS_SAMPLE ? length : CCD_GUESS_SAMPLE,
                                           arena,
                                           &guess,
                                           reterr);
  if (source == NULL)
    return cc_fail_memory(reterr);
  if (status == CC_OK)
    status = ccd_table_open(source, &guess.format, &table, reterr);
  if (status != CC_OK)
    return status;

  size_t n = 0;
  const char *const *columns = ccd_table_columns(table, &n);
  int y = find_column(columns, n, latitudes, CC_N(latitudes));
  int x = find_column(columns, n, longitudes, CC_N(longitudes));
  if (x < 0 || y < 0)
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "columns",
                   "The table needs the columns latitude and longitude, named in its first line.");
  cc_str_add(out, "{\"features\":[");
  for (;;) {
    ccd_table_row row = {0};
    ccd_table_reject reject = {0};
    ccd_table_step step = ccd_table_next(table, &row, &reject, reterr);
    if (step == CCD_TABLE_FAILED)
      return CC_ERR_INVALID;
    if (step == CCD_TABLE_END)
      break;
    /* A row that cannot be read becomes an empty feature, so that the row is counted as a
     * problem. */
    if (step == CCD_TABLE_ROW)
      add_feature(out, columns, &row, x, y);
    else
      cc_str_add(out, out->text[out->length - 1] == '[' ? "{}" : ",{}");
    if (out->failed)
      return cc_fail(reterr,
                     CC_ERR_TOO_LARGE,
                     "no_memory",
                     "The file is too large: send it in parts.");
  }
  cc_str_add(out, "]}");
  return CC_OK;
}
