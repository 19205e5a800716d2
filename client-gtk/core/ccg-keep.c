/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/core/ccg-keep.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <libsecret/secret.h>
#include <string.h>

#define FILE_NAME "token"

static const SecretSchema schema = {
  .name = "org.campaigncenter.CampaignCenter",
  .flags = SECRET_SCHEMA_NONE,
  .attributes = {{"origin", SECRET_SCHEMA_ATTRIBUTE_STRING}, {NULL, 0}},
};

void
ccg_keep_free(char *token)
{
  if (token != NULL)
    explicit_bzero(token, strlen(token));
  g_free(token);
}

void
ccg_keep_store_async(const char *origin,
                     const char *token,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autofree char *label = g_strdup_printf(_("Campaign Center at %s"), origin);
  secret_password_store(&schema,
                        SECRET_COLLECTION_DEFAULT,
                        label,
                        token,
                        /* cancellable= */ NULL,
                        callback,
                        user_data,
                        "origin",
                        origin,
                        NULL);
}

gboolean
ccg_keep_store_finish(GAsyncResult *result, GError **error)
{
  return secret_password_store_finish(result, error);
}

void
ccg_keep_lookup_async(const char *origin,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  secret_password_lookup(&schema, cancellable, callback, user_data, "origin", origin, NULL);
}

char *
ccg_keep_lookup_finish(GAsyncResult *result, GError **error)
{
  char *secret = secret_password_lookup_finish(result, error);
  char *token = g_strdup(secret);
  secret_password_free(secret);
  return token;
}

static void
cleared(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(GError) error = NULL;
  (void) secret_password_clear_finish(result, &error);
  if (error != NULL)
    g_debug("The secret service: %s", error->message);
}

void
ccg_keep_clear(const char *origin, const char *folder)
{
  g_autofree char *path = g_build_filename(folder, FILE_NAME, NULL);
  (void) g_unlink(path);
  secret_password_clear(&schema, NULL, cleared, NULL, "origin", origin, NULL);
}

gboolean
ccg_keep_file_store(const char *folder, const char *token, GError **error)
{
  g_autofree char *path = g_build_filename(folder, FILE_NAME, NULL);
  return g_file_set_contents_full(path,
                                  token,
                                  -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  0600,
                                  error);
}

char *
ccg_keep_file_lookup(const char *folder)
{
  g_autofree char *path = g_build_filename(folder, FILE_NAME, NULL);
  char *token = NULL;
  if (!g_file_get_contents(path, &token, NULL, NULL))
    return NULL;
  g_strstrip(token);
  if (*token != '\0')
    return token;
  g_free(token);
  return NULL;
}
