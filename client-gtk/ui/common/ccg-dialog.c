/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-gtk/ui/common/ccg-dialog.h"

/* Since libadwaita 1.4 the buttons of a message dialog may shrink in large text instead of
 * widening the dialog. The property exists since GTK 4.12. */
static void
keep_words(GtkWidget *widget)
{
  GObjectClass *class = G_OBJECT_GET_CLASS(widget);
  if (GTK_IS_BUTTON(widget) && g_object_class_find_property(class, "can-shrink") != NULL) {
    g_object_set(widget, "can-shrink", FALSE, NULL);
  }
  for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
       child = gtk_widget_get_next_sibling(child)) {
    keep_words(child);
  }
}

void
ccg_dialog_present(AdwMessageDialog *dialog)
{
  g_return_if_fail(ADW_IS_MESSAGE_DIALOG(dialog));
  keep_words(GTK_WIDGET(dialog));
  gtk_window_present(GTK_WINDOW(dialog));
}
