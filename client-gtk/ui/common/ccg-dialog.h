/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Show a dialog whose responses have all been added; their labels are never truncated. */
void ccg_dialog_present(AdwMessageDialog *dialog);

G_END_DECLS
