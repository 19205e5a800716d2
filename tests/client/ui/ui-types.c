/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>

#include "client-gtk/ui/shell/ccg-page.h"

/* Preloaded into gtk4-builder-tool: registers the types that templates begin from, before the
 * tool's main. The tool registers a type of its own for the template, so the types of the templates
 * are not here; those of the objects in a template are found by the names of their functions. */

void ui_types_register(void);

__attribute__((constructor)) void
ui_types_register(void)
{
  g_type_ensure(ADW_TYPE_APPLICATION_WINDOW);
  g_type_ensure(ADW_TYPE_BIN);
  g_type_ensure(ADW_TYPE_WINDOW);
  /* Itself a template: when that is validated, the tool must be free to take the name. */
  if (g_getenv("UI_TYPES_WITHOUT_PAGE") == NULL)
    g_type_ensure(CCG_TYPE_PAGE);
}
