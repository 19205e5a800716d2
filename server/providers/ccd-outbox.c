/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Atomic and durable files in an outbox folder; see ccd-outbox.h. */
#include "server/providers/ccd-outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
write_whole(int fd, const char *bytes, size_t n)
{
  while (n > 0) {
    ssize_t written = write(fd, bytes, n);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    bytes += written;
    n -= (size_t) written;
  }
  return fsync(fd) == 0;
}

/* Sync the folder as well as the file, so that the new name survives a power failure. */
static bool
store_file(int folder, const char *temporary, const char *name, const cc_str *text)
{
  int fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return false;
  bool ok = write_whole(fd, text->text, text->length);
  if (close(fd) != 0)
    ok = false;
  ok = ok && renameat(folder, temporary, folder, name) == 0 && fsync(folder) == 0;
  if (!ok)
    (void) unlinkat(folder, temporary, 0);
  return ok;
}

bool
ccd_outbox_store(const char *path, const char *temporary, const char *name, const cc_str *text)
{
  (void) mkdir(path, 0700);
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return false;
  bool ok = store_file(folder, temporary, name, text);
  (void) close(folder);
  return ok;
}
