/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The rules of text messages: their size, templates with fields, and the intent of answers. */
#include "common/rules/cc-text-intent.h"
#include "common/rules/cc-text-size.h"
#include "common/rules/cc-text-template.h"
