/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The command `campaign-centerd import`; see commands.h. Returns the exit code. */
int ccd_command_import(int argc, char **argv);
