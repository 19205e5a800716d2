/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/data/ccd-db-types.h"

/* Rows of a result. */

int ccd_rows_n(const ccd_rows *rows);
int ccd_rows_columns(const ccd_rows *rows);
const char *ccd_rows_column_name(const ccd_rows *rows, int column);

/* Index of a column by name; -1 when there is none. */
int ccd_rows_find(const ccd_rows *rows, const char *column);

/* NULL for SQL NULL, for a column that does not exist (-1) and for a row out of range. */
const char *ccd_rows_text(const ccd_rows *rows, int row, int column);

/* By column name, for handlers. NULL / 0 / false for SQL NULL. */
const char *ccd_rows_get(const ccd_rows *rows, int row, const char *column);
int64_t ccd_rows_int64(const ccd_rows *rows, int row, const char *column);
bool ccd_rows_bool(const ccd_rows *rows, int row, const char *column);

/* All cells of a row; @ret has space for ccd_rows_columns cells. */
void ccd_rows_cells(const ccd_rows *rows, int row, cc_cell *ret);

/* Determine which column supplies which field, by name. */
void ccd_rows_map(const ccd_rows *rows, const cc_type *type, cc_row_map *ret);

/* The map determined at start for a query and a type, so that requests need no lookup by name.
 * NULL when this pair is not among the uses. */
const cc_row_map *ccd_query_map(const ccd_db *db, const ccd_query *query, const cc_type *type);

/* Fill a struct from a row. */
cc_status ccd_rows_bind(const ccd_rows *rows,
                        int row,
                        const cc_type *type,
                        cc_arena *arena,
                        void *ret_object,
                        cc_error *reterr) CC_MUSTCHECK;
