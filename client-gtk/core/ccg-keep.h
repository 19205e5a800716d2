/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/* Storage of the token of an origin: in the secret service or, if the person has chosen so
 * because there is none, in a file that only this user can read. */

void ccg_keep_store_async(const char *origin,
                          const char *token,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean ccg_keep_store_finish(GAsyncResult *result, GError **error);

/* NULL without error: no token is stored. An error: there is no secret service. */
void ccg_keep_lookup_async(const char *origin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
char *ccg_keep_lookup_finish(GAsyncResult *result, GError **error);

/* Delete the token from the secret service and the file. */
void ccg_keep_clear(const char *origin, const char *folder);

gboolean ccg_keep_file_store(const char *folder, const char *token, GError **error);

/* (transfer full) (nullable) */
char *ccg_keep_file_lookup(const char *folder);

/* Clear the token's memory before freeing it. */
void ccg_keep_free(char *token);
