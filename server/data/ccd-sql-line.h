/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The line of an SQL text at which statement @n (from 0) begins, without the comments before it;
 * 0 when the text has fewer statements. Handles quotes, dollar quotes, nested comments and BEGIN
 * ATOMIC … END bodies, in which semicolons end no statement. Like in the server, a statement
 * without words does not count. */
long long ccd_sql_line(const char *sql, int n);
