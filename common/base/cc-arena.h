/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdarg.h>
#include <stdint.h>

#include "common/base/cc-base.h"

/* A bump allocator with a ceiling: it holds the memory of one call or one document and frees all
 * of it at once. Under AddressSanitizer every allocation is followed by a poisoned gap. Not
 * thread-safe. */
typedef struct cc_arena cc_arena;

/**
 * @ceiling: maximal sum of bytes; at the ceiling allocations return NULL
 *
 * Returns NULL when malloc fails.
 */
cc_arena *cc_arena_new(size_t ceiling);
void cc_arena_free(cc_arena *arena);

/* Empty the arena for reuse. Keeps only its first block, so an idle arena is small. */
void cc_arena_clear(cc_arena *arena);

/* Zeroed memory, aligned for any type. NULL at the ceiling. */
void *cc_arena_alloc(cc_arena *arena, size_t size);

/* Memory for text: neither zeroed nor aligned. NULL at the ceiling. */
char *cc_arena_text(cc_arena *arena, size_t size);

/* Copies, NUL-terminated. NULL at the ceiling (or when @text is NULL). */
char *cc_arena_strdup(cc_arena *arena, const char *text);
char *cc_arena_strndup(cc_arena *arena, const char *text, size_t length);
char *cc_arena_printf(cc_arena *arena, const char *format, ...) CC_PRINTF(2, 3);

/* Bytes allocated since the last clear. */
size_t cc_arena_used(const cc_arena *arena);

CC_DEFINE_AUTO(cc_arena, cc_arena_free)
