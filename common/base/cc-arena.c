/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/cc-arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define RED_ZONE ((size_t) 16)
#define POISON(start, size) ASAN_POISON_MEMORY_REGION((start), (size))
#define UNPOISON(start, size) ASAN_UNPOISON_MEMORY_REGION((start), (size))
#else
#define RED_ZONE ((size_t) 0)
#define POISON(start, size) ((void) (start), (void) (size))
#define UNPOISON(start, size) ((void) (start), (void) (size))
#endif

#define ALIGNMENT alignof(max_align_t)
#define FIRST_BLOCK ((size_t) 16 * 1024)
#define LARGEST_BLOCK ((size_t) 1024 * 1024)

typedef struct block {
  struct block *next;
  size_t size, used;
  alignas(max_align_t) char bytes[];
} block;

struct cc_arena {
  block *blocks; /* newest first; allocations are taken from the first one */
  block *first;  /* the block that cc_arena_clear keeps */
  size_t ceiling, used;
};

static block *
block_new(size_t size)
{
  block *made = malloc(sizeof(block) + size);
  if (made == NULL)
    return NULL;
  made->next = NULL;
  made->size = size;
  made->used = 0;
  POISON(made->bytes, size);
  return made;
}

static void
block_free(block *gone)
{
  UNPOISON(gone->bytes, gone->size);
  free(gone);
}

cc_arena *
cc_arena_new(size_t ceiling)
{
  cc_arena *arena = malloc(sizeof *arena);
  if (arena == NULL)
    return NULL;
  arena->first = block_new(FIRST_BLOCK);
  if (arena->first == NULL) {
    free(arena);
    return NULL;
  }
  arena->blocks = arena->first;
  arena->ceiling = ceiling;
  arena->used = 0;
  return arena;
}

void
cc_arena_clear(cc_arena *arena)
{
  for (block *each = arena->blocks; each != NULL;) {
    block *next = each->next;
    if (each != arena->first)
      block_free(each);
    each = next;
  }
  arena->blocks = arena->first;
  arena->first->next = NULL;
  arena->first->used = 0;
  arena->used = 0;
  POISON(arena->first->bytes, arena->first->size);
}

void
cc_arena_free(cc_arena *arena)
{
  if (arena == NULL)
    return;
  cc_arena_clear(arena);
  block_free(arena->first);
  free(arena);
}

/* Add a block for @need bytes, which do not fit into the newest block. A large allocation gets a
 * block of its own, placed behind the newest, so that the rest of the newest block is still
 * used. */
static block *
block_add(cc_arena *arena, size_t need)
{
  block *newest = arena->blocks;
  size_t size = newest->size < LARGEST_BLOCK / 2 ? newest->size * 2 : LARGEST_BLOCK;
  if (need >= size / 2) {
    block *own = block_new(need);
    if (own == NULL)
      return NULL;
    own->next = newest->next;
    newest->next = own;
    return own;
  }
  block *made = block_new(size);
  if (made == NULL)
    return NULL;
  made->next = newest;
  arena->blocks = made;
  return made;
}

static void *
take_block(cc_arena *arena, size_t size, size_t alignment)
{
  if (size > arena->ceiling - arena->used)
    return NULL;
  block *from = arena->blocks;
  size_t start = (from->used + alignment - 1) & ~(alignment - 1);
  if (start > from->size || size + RED_ZONE > from->size - start) {
    from = block_add(arena, size + RED_ZONE);
    if (from == NULL)
      return NULL;
    start = 0;
  }
  from->used = start + size + RED_ZONE;
  arena->used += size;
  UNPOISON(from->bytes + start, size);
  return from->bytes + start;
}

void *
cc_arena_alloc(cc_arena *arena, size_t size)
{
  void *memory = take_block(arena, size, ALIGNMENT);
  if (memory != NULL)
    memset(memory, 0, size);
  return memory;
}

char *
cc_arena_text(cc_arena *arena, size_t size)
{
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
  /* AddressSanitizer poisons exactly only at multiples of 8 bytes. */
  return take_block(arena, size, 8);
#else
  return take_block(arena, size, 1);
#endif
}

char *
cc_arena_strndup(cc_arena *arena, const char *text, size_t length)
{
  if (text == NULL || length == SIZE_MAX)
    return NULL;
  char *copy = cc_arena_text(arena, length + 1);
  if (copy == NULL)
    return NULL;
  if (length > 0)
    memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

char *
cc_arena_strdup(cc_arena *arena, const char *text)
{
  return text == NULL ? NULL : cc_arena_strndup(arena, text, strlen(text));
}

char *
cc_arena_printf(cc_arena *arena, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  va_list again;
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  char *text = length < 0 ? NULL : cc_arena_text(arena, (size_t) length + 1);
  if (text != NULL)
    (void) vsnprintf(text, (size_t) length + 1, format, again);
  va_end(again);
  va_end(args);
  return text;
}

size_t
cc_arena_used(const cc_arena *arena)
{
  return arena->used;
}
