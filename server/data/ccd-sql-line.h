/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Line of a text of several SQL statements at which statement @n (from 0) begins, comments before
 * the statement left out; 0 when the text has fewer statements. Knows quotes, dollar quotes, nested
 * comments and bodies BEGIN ATOMIC … END; semicolons within these end no statement. A statement
 * without words is none, as for the server. */
long long ccd_sql_line(const char *sql, int n);
