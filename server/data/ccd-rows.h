/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* Rows of a result. */

int ccd_rows_n(const ccd_rows *rows);
int ccd_rows_columns(const ccd_rows *rows);
const char *ccd_rows_column_name(const ccd_rows *rows, int column);

/* Index of a column by name; -1 when there is none. */
int ccd_rows_find(const ccd_rows *rows, const char *column);

/* Text of a cell. NULL for SQL NULL, for a column that does not exist (-1) and for a row out of
 * range. */
const char *ccd_rows_text(const ccd_rows *rows, int row, int column);

/* Value of a cell by the name of its column, for handlers. SQL NULL and a missing column become
 * NULL, 0 or false. */
const char *ccd_rows_get(const ccd_rows *rows, int row, const char *column);
int64_t ccd_rows_int64(const ccd_rows *rows, int row, const char *column);
bool ccd_rows_bool(const ccd_rows *rows, int row, const char *column);

/* Copy all cells of a row to @ret, which has space for ccd_rows_columns cells. */
void ccd_rows_cells(const ccd_rows *rows, int row, cc_cell *ret);

/* Determine by name which column supplies which field of @type. */
void ccd_rows_map(const ccd_rows *rows, const cc_type *type, cc_row_map *ret);

/* Return the map that was determined at start for a query and a type, so that requests do not
 * look columns up by name. NULL: the pair is not among the uses. */
const cc_row_map *ccd_query_map(const ccd_db *db, const ccd_query *query, const cc_type *type);

/* Fill a struct from a row. */
cc_status ccd_rows_bind(const ccd_rows *rows,
                        int row,
                        const cc_type *type,
                        cc_arena *arena,
                        void *ret_object,
                        cc_error *reterr) CC_MUSTCHECK;
