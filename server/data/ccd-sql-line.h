/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Return the line of an SQL text at which statement @n (from 0) begins, without the comments
 * before it; 0 when the text has fewer statements. Semicolons inside quotes, dollar quotes,
 * nested comments and BEGIN ATOMIC … END bodies end no statement. As in PostgreSQL, a statement
 * without words does not count. */
long long ccd_sql_line(const char *sql, int n);
