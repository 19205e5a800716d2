/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/codec/cc-decode.h"
#include "common/codec/cc-encode.h"
#include "common/codec/cc-json.h"
#include "common/codec/cc-pairs.h"
#include "common/codec/cc-sample.h"
#include "common/codec/cc-schema.h"
#include "common/codec/cc-type.h"

/* Includes the whole codec, which converts JSON, text and rows by field tables. The codec never
 * logs and keeps no state; jansson is not visible outside. */
