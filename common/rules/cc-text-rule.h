/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Includes all rules of text messages: their size in segments, templates with fields, and opt-outs
 * in incoming texts. */
#include "common/rules/cc-text-intent.h"
#include "common/rules/cc-text-size.h"
#include "common/rules/cc-text-template.h"
