/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The rules of text messages: how long they are, templates with fields, what an answer wants. */
#include "common/rules/cc-text-intent.h"
#include "common/rules/cc-text-size.h"
#include "common/rules/cc-text-template.h"
