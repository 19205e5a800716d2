/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/data/ccd-rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/data/ccd-db-private.h"

/* Reads the rows of a result: cells by column number or name, and whole rows into structs. */

int
ccd_rows_n(const ccd_rows *rows)
{
  return rows->n;
}

int
ccd_rows_columns(const ccd_rows *rows)
{
  return rows->columns;
}

const char *
ccd_rows_column_name(const ccd_rows *rows, int column)
{
  return PQfname(rows->result, column);
}

int
ccd_rows_find(const ccd_rows *rows, const char *column)
{
  for (int i = 0; i < rows->columns; i++) {
    if (strcmp(PQfname(rows->result, i), column) == 0)
      return i;
  }
  return -1;
}

const char *
ccd_rows_text(const ccd_rows *rows, int row, int column)
{
  if (row < 0 || row >= rows->n || column < 0 || column >= rows->columns ||
      PQgetisnull(rows->result, row, column))
    return NULL;
  return PQgetvalue(rows->result, row, column);
}

const char *
ccd_rows_get(const ccd_rows *rows, int row, const char *column)
{
  return ccd_rows_text(rows, row, ccd_rows_find(rows, column));
}

int64_t
ccd_rows_int64(const ccd_rows *rows, int row, const char *column)
{
  const char *text = ccd_rows_get(rows, row, column);
  return text != NULL ? strtoll(text, NULL, 10) : 0;
}

bool
ccd_rows_bool(const ccd_rows *rows, int row, const char *column)
{
  const char *text = ccd_rows_get(rows, row, column);
  return text != NULL && text[0] == 't';
}

void
ccd_rows_cells(const ccd_rows *rows, int row, cc_cell *ret)
{
  for (int i = 0; i < rows->columns; i++) {
    ret[i].length = PQgetlength(rows->result, row, i);
    ret[i].text = PQgetvalue(rows->result, row, i);
    if (ret[i].length == 0 && PQgetisnull(rows->result, row, i))
      ret[i].text = NULL;
  }
}

void
ccd_rows_map(const ccd_rows *rows, const cc_type *type, cc_row_map *ret)
{
  ret->type = type;
  for (size_t i = 0; i < type->n_fields; i++)
    ret->column[i] = (int16_t) ccd_rows_find(rows, type->fields[i].name);
}

const cc_row_map *
ccd_query_map(const ccd_db *db, const ccd_query *query, const cc_type *type)
{
  for (const ccd_map *map = db->maps[query->index]; map != NULL; map = map->next) {
    if (map->map.type == type)
      return &map->map;
  }
  return NULL;
}

cc_status
ccd_rows_bind(const ccd_rows *rows,
              int row,
              const cc_type *type,
              cc_arena *arena,
              void *ret_object,
              cc_error *reterr)
{
  if (row < 0 || row >= rows->n || rows->columns > CCD_COLUMNS_MAX)
    return cc_fail(reterr, CC_ERR_INTERNAL, "no_row", "There is no row %d.", row);

  cc_row_map found;
  const cc_row_map *map = ccd_query_map(rows->db, rows->query, type);
  if (map == NULL) {
    ccd_rows_map(rows, type, &found);
    map = &found;
  }
  cc_cell cells[CCD_COLUMNS_MAX];
  ccd_rows_cells(rows, row, cells);
  cc_status status = cc_bind_row(map, cells, arena, ret_object);
  if (status != CC_OK)
    return cc_fail(reterr,
                   status,
                   "row",
                   "A row of the query %s cannot be read into its type.",
                   rows->query->name);
  return CC_OK;
}
