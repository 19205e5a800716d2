/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

/* Without a fuzzer: call the harness once for each named file. */

static int
replay(const char *path)
{
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    return 1;
  }
  static uint8_t bytes[1024 * 1024];
  size_t length = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  /* Copy the input into a block of exactly its size, so that reading past its end is detected. */
  uint8_t *exact = malloc(length > 0 ? length : 1);
  if (exact == NULL)
    return 1;
  memcpy(exact, bytes, length);
  LLVMFuzzerTestOneInput(exact, length);
  free(exact);
  return 0;
}

int
main(int argc, char **argv)
{
  int failed = argc < 2;
  for (int i = 1; i < argc; i++)
    failed |= replay(argv[i]);
  printf("%d inputs replayed\n", argc - 1);
  return failed;
}
