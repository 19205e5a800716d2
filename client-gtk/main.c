/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <locale.h>

#include "client-gtk/ui/application/ccg-application.h"
#include "common/codec/cc-codec.h"

int
main(int argc, char **argv)
{
  (void) setlocale(LC_ALL, ""); /* NOLINT(concurrency-mt-unsafe): there is no other thread yet */
  /* When run from the build folder, as by tests, translations are not in their installed place. */
  const char *folder = g_getenv("CAMPAIGN_LOCALE_DIR");
  bindtextdomain(GETTEXT_PACKAGE, folder != NULL ? folder : CCG_LOCALEDIR);
  bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
  textdomain(GETTEXT_PACKAGE);
  cc_codec_init();
  g_autoptr(CcgApplication) application = ccg_application_new();
  return g_application_run(G_APPLICATION(application), argc, argv);
}
