/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
extern int ccg_token_dummy;
int ccg_token_dummy;
