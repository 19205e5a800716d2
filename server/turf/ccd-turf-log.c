/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/turf/ccd-turf-log.h"

#include <pango/pango.h>
#include <stdbool.h>
#include <string.h>

#include "server/engine/ccd-log.h"

/* Writes messages of GLib and Pango to the server's log. */
static GLogWriterOutput
write_log(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  const char *message = "";
  for (gsize i = 0; i < n; i++) {
    if (strcmp(fields[i].key, "MESSAGE") == 0 && fields[i].length < 0)
      message = fields[i].value;
  }
  bool grave = (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0;
  bool warning = (level & G_LOG_LEVEL_WARNING) != 0;
  ccd_log(grave     ? CCD_ERROR
          : warning ? CCD_WARNING
                    : CCD_DEBUG,
          "library",
          CCD_TEXT("message", message));
  return G_LOG_WRITER_HANDLED;
}

void
ccd_turf_log_libraries(void)
{
  g_log_set_writer_func(write_log, /* user_data= */ NULL, /* user_data_free= */ NULL);
}
