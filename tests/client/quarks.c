/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>

/* GLib allocates a table of 2048 quarks when it is loaded, and deliberately leaks the old table
 * when it grows, because readers may still use it. The stack of that allocation contains no
 * function name for a suppression, so this file keeps a pointer to the table. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define QUARK_TABLE (2048 * sizeof(char *))

int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));

static const volatile void *volatile kept;
static volatile int is_loaded;

static void
on_malloc(const volatile void *block, size_t size)
{
  if (!is_loaded && size == QUARK_TABLE && kept == NULL)
    kept = block;
}

static void
on_free(const volatile void *block)
{
  if (block == kept)
    kept = NULL;
}

static void
watch(void)
{
  (void) __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
}

/* watch() runs before the constructors of libraries, end_watch() after them. */
__attribute__((section(".preinit_array"), used)) static void (*const early)(void) = watch;

__attribute__((constructor)) static void
end_watch(void)
{
  is_loaded = 1;
}
#endif
#endif
