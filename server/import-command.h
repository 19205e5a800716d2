/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The command `import`; see commands.h. */
int ccd_command_import(int argc, char **argv);
