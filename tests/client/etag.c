/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <gio/gio.h>

/* libsecret's file backend, which tests use, is the only caller of this function: it overwrites
 * its pointer to the old etag, which leaks. LSan cannot distinguish this allocation, because its
 * stack contains no function of libsecret. So this override frees the etag. */
gboolean
g_file_replace_contents_finish(GFile *file, GAsyncResult *result, char **new_etag, GError **error)
{
  gboolean (*finish)(GFile *, GAsyncResult *, char **, GError **) =
    (gboolean(*)(GFile *, GAsyncResult *, char **, GError **)) dlsym(RTLD_NEXT, __func__);
  g_assert(finish != NULL);
  if (new_etag != NULL)
    g_clear_pointer(new_etag, g_free);
  return finish(file, result, new_etag, error);
}
