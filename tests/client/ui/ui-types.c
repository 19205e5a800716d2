/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>

#include "client-gtk/ui/shell/ccg-page.h"

/* Preloaded into gtk4-builder-tool: registers the parent types of templates before the tool's
 * main. The tool registers its own type for a template's class, so these classes are not
 * registered here. Types of objects inside a template are found by the names of their functions. */

void ui_types_register(void);

__attribute__((constructor)) void
ui_types_register(void)
{
  g_type_ensure(ADW_TYPE_APPLICATION_WINDOW);
  g_type_ensure(ADW_TYPE_BIN);
  g_type_ensure(ADW_TYPE_WINDOW);
  /* CcgPage is itself a template: while its file is validated, the tool must be able to register
   * this name. */
  if (g_getenv("UI_TYPES_WITHOUT_PAGE") == NULL)
    g_type_ensure(CCG_TYPE_PAGE);
}
