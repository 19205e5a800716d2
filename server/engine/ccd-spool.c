/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "server/engine/ccd-exchange.h"
#include "server/engine/ccd-log.h"
#include "server/engine/ccd-server.h"

#define PREFIX "body-"

/* A body is refused when it would leave less free space than this on the disk. */
#define RESERVE (64ll << 20)

static cc_status
file_failed(const char *what, cc_error *reterr)
{
  int reason = errno;
  if (reason == ENOSPC || reason == EDQUOT)
    return cc_fail(reterr,
                   CC_ERR_STORAGE,
                   "storage_full",
                   "The disk of the server has no space for this file");
  ccd_log(CCD_ERROR, "spool.failed", CCD_TEXT("what", what), CCD_NUMBER("errno", reason));
  return cc_fail(reterr,
                 CC_ERR_UNAVAILABLE,
                 "storage",
                 "The server cannot store files at the moment");
}

static cc_status
check_folder(const ccd_config *config, cc_error *reterr)
{
  return *config->storage_folder != '\0'
           ? CC_OK
           : cc_fail(reterr,
                     CC_ERR_UNAVAILABLE,
                     "storage_off",
                     "This server has no STORAGE_FOLDER: it takes no files");
}

/* --- writing the body into a file --- */

static cc_status
make_file(const ccd_config *config, cc_arena *arena, ccd_spool *spool, cc_error *reterr)
{
  const char *folder = cc_arena_printf(arena, "%s/spool", config->storage_folder);
  char *path = folder == NULL ? NULL : cc_arena_printf(arena, "%s/" PREFIX "XXXXXX", folder);
  spool->folder = config->storage_folder;
  spool->hash = EVP_MD_CTX_new();
  if (path == NULL || spool->hash == NULL ||
      EVP_DigestInit_ex(spool->hash, EVP_sha256(), NULL) != 1)
    return cc_fail_memory(reterr);
  if (mkdir(folder, 0700) != 0 && errno != EEXIST)
    return file_failed("mkdir", reterr);
  spool->fd = mkostemp(path, O_CLOEXEC);
  if (spool->fd < 0)
    return file_failed("mkostemp", reterr);
  spool->path = path;
  /* The lock shows other servers, which may share the folder, that the file is in use and must
   * not be deleted. */
  return flock(spool->fd, LOCK_EX | LOCK_NB) == 0 ? CC_OK : file_failed("flock", reterr);
}

bool
ccd_spool_has_room(const char *folder, int64_t length)
{
  struct statvfs room;
  return statvfs(folder, &room) != 0 ||
         (uint64_t) length + RESERVE <= (uint64_t) room.f_bavail * room.f_frsize;
}

cc_status
ccd_spool_begin(const ccd_config *config,
                cc_arena *arena,
                const char *media,
                int64_t length,
                int64_t max,
                ccd_spool **ret,
                cc_error *reterr)
{
  cc_status status = check_folder(config, reterr);
  if (status != CC_OK)
    return status;
  if (length > 0 && !ccd_spool_has_room(config->storage_folder, length))
    return cc_fail(reterr,
                   CC_ERR_STORAGE,
                   "storage_full",
                   "The disk of the server has no space for this file");
  ccd_spool *spool = cc_arena_alloc(arena, sizeof(*spool));
  if (spool == NULL)
    return cc_fail_memory(reterr);
  *spool = (ccd_spool){.fd = -1, .media = media, .max = max, .appended = -1};
  status = make_file(config, arena, spool, reterr);
  if (status == CC_OK)
    *ret = spool;
  else
    ccd_spool_drop(spool);
  return status;
}

static bool
write_all(int fd, const char *bytes, size_t n)
{
  while (n > 0) {
    ssize_t wrote = write(fd, bytes, n);
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0)
      return false;
    bytes += wrote;
    n -= (size_t) wrote;
  }
  return true;
}

/* Refuse the body and free its space on the disk. */
static bool
refuse_body(ccd_spool *spool)
{
  if (ftruncate(spool->fd, 0) != 0)
    ccd_log(CCD_WARNING, "spool.not_truncated", CCD_NUMBER("errno", errno));
  return false;
}

bool
ccd_spool_write(ccd_spool *spool, const char *bytes, size_t n)
{
  if (spool->error.status != CC_OK)
    return false;
  if ((uint64_t) spool->length + n > (uint64_t) spool->max) {
    (void) cc_fail(&spool->error,
                   CC_ERR_TOO_LARGE,
                   "body_too_large",
                   "The body is larger than %" PRId64 " bytes",
                   spool->max);
    return refuse_body(spool);
  }
  if (!write_all(spool->fd, bytes, n)) {
    (void) file_failed("write", &spool->error);
    return refuse_body(spool);
  }
  (void) EVP_DigestUpdate(spool->hash, bytes, n);
  spool->length += (int64_t) n;
  return true;
}

cc_status
ccd_spool_finish(ccd_spool *spool, cc_error *reterr)
{
  if (spool->error.status != CC_OK) {
    *reterr = spool->error;
    return reterr->status;
  }
  if (spool->length == 0)
    return cc_fail(reterr, CC_ERR_INVALID, "body_empty", "The file is empty");
  if (EVP_DigestFinal_ex(spool->hash, spool->sha256, NULL) != 1)
    return cc_fail(reterr, CC_ERR_INTERNAL, "digest", "No digest of the body");
  return lseek(spool->fd, 0, SEEK_SET) == 0 ? CC_OK : file_failed("lseek", reterr);
}

void
ccd_spool_drop(ccd_spool *spool)
{
  if (spool == NULL)
    return;
  if (spool->path != NULL)
    (void) unlink(spool->path);
  if (spool->fd >= 0)
    (void) close(spool->fd);
  EVP_MD_CTX_free(spool->hash);
  *spool = (ccd_spool){.fd = -1};
}

void
ccd_spool_sweep(const ccd_config *config)
{
  cc_str folder = CC_STR_INIT(4096);
  cc_str_printf(&folder, "%s/spool", config->storage_folder);
  DIR *dir = *config->storage_folder == '\0' || folder.failed ? NULL : opendir(folder.text);
  cc_str_done(&folder);
  int n = 0;
  for (;;) {
    /* The directory stream is local and threads have not started.
     * NOLINTNEXTLINE(concurrency-mt-unsafe) */
    const struct dirent *entry = dir == NULL ? NULL : readdir(dir);
    if (entry == NULL)
      break;
    if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
      continue;
    int fd = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
      n += unlinkat(dirfd(dir), entry->d_name, 0) == 0;
    if (fd >= 0)
      (void) close(fd);
  }
  if (dir != NULL)
    (void) closedir(dir);
  if (n > 0)
    ccd_log(CCD_INFO, "spool.swept", CCD_NUMBER("files", n));
}

/* --- stored files --- */

/* Return the whole path of a stored file. @make: create its folders. NULL: failed, with the
 * reason in @reterr. */
static char *
path_of(const ccd_config *config, const char *name, bool make, cc_error *reterr)
{
  size_t length = strlen(name);
  size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/");
  if (check_folder(config, reterr) != CC_OK)
    return NULL;
  if (length == 0 || length > 200 || good != length || name[0] == '/' || name[length - 1] == '/' ||
      name[0] == '.' || strstr(name, "/.") != NULL || strstr(name, "//") != NULL) {
    (void) cc_fail(reterr, CC_ERR_INTERNAL, "file_name", "No name for a file: %s", name);
    return NULL;
  }
  cc_str path = CC_STR_INIT(8192);
  cc_str_printf(&path, "%s/%s", config->storage_folder, name);
  char *text = cc_str_take(&path, NULL);
  cc_str_done(&path);
  if (text == NULL)
    (void) cc_fail_memory(reterr);
  char *slash = text == NULL || !make ? NULL : text + strlen(config->storage_folder);
  while (slash != NULL && (slash = strchr(slash + 1, '/')) != NULL) {
    *slash = '\0';
    (void) mkdir(text,
                 0700); /* if this fails, creating the file fails too and reports the reason */
    *slash = '/';
  }
  return text;
}

/* Sync the folder, so that the file's name survives a power failure like its bytes. */
static bool
sync_folder(char *path)
{
  char *slash = strrchr(path, '/');
  *slash = '\0';
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  *slash = '/';
  bool good = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0)
    (void) close(fd);
  return good;
}

/* Put the body in the place of the file with this name: link it to a second name, then rename
 * that. */
static bool
put_in_place(const ccd_spool *spool, char *path)
{
  cc_str beside = CC_STR_INIT(8192);
  cc_str_printf(&beside, "%s.%s", path, strrchr(spool->path, '-') + 1);
  bool good = !beside.failed && (link(spool->path, beside.text) == 0 || errno == EEXIST) &&
              fsync(spool->fd) == 0 && rename(beside.text, path) == 0;
  int reason = errno;
  if (good) /* needed because rename does nothing when both names already are the same file */
    (void) unlink(beside.text);
  good = good && sync_folder(path);
  if (!good && !beside.failed)
    (void) unlink(beside.text);
  cc_str_done(&beside);
  errno = good ? 0 : reason;
  return good;
}

cc_status
ccd_spool_keep(ccd_call *call, const char *name, cc_error *reterr)
{
  if (call->spool == NULL)
    return cc_fail(reterr, CC_ERR_INTERNAL, "spool", "There is no body to keep");
  char *path = path_of(&call->server->config, name, /* make= */ true, reterr);
  if (path == NULL)
    return reterr->status;
  cc_status status = put_in_place(call->spool, path) ? CC_OK : file_failed("keep", reterr);
  free(path);
  return status;
}

static bool
copy_behind(int from, int to, int64_t offset, int64_t length)
{
  off_t in = 0;
  if (lseek(to, offset, SEEK_SET) != offset)
    return false;
  while (in < length) {
    ssize_t n = sendfile(to, from, &in, (size_t) (length - in));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    if (n == 0) {
      errno = EIO;
      return false;
    }
  }
  return fsync(to) == 0;
}

/* Append the body to the file. Called with the file locked, so that two clients that send the
 * same piece append it once. */
static cc_status
append_body(ccd_call *call, int fd, int64_t offset, int64_t *ret_length, cc_error *reterr)
{
  const ccd_spool *spool = call->spool;
  struct stat found;
  if (flock(fd, LOCK_EX) != 0 || fstat(fd, &found) != 0)
    return file_failed("append", reterr);
  *ret_length = found.st_size;
  if (found.st_size != offset)
    return cc_fail_field(reterr,
                         CC_ERR_CONFLICT,
                         "offset",
                         "offset",
                         "The file has %" PRId64 " bytes so far: go on from there",
                         (int64_t) found.st_size);
  if (!copy_behind(spool->fd, fd, offset, spool->length)) {
    int reason = errno;
    /* If truncating fails too, the client learns the real length from its next request's offset. */
    if (ftruncate(fd, offset) != 0)
      ccd_log(CCD_WARNING, "spool.not_truncated", CCD_NUMBER("errno", errno));
    errno = reason;
    return file_failed("append", reterr);
  }
  *ret_length = offset + spool->length;
  return CC_OK;
}

cc_status
ccd_spool_append(ccd_call *call,
                 const char *name,
                 int64_t offset,
                 int64_t *ret_length,
                 cc_error *reterr)
{
  ccd_exchange *exchange = ccd_exchange_of(call);
  ccd_spool *spool = exchange->spool;
  if (spool == NULL)
    return cc_fail(reterr, CC_ERR_INTERNAL, "spool", "There is no body to append");
  if (spool->appended >=
      0) { /* the transaction is being repeated, and the body was appended before */
    *ret_length = spool->appended;
    return CC_OK;
  }
  char *path = path_of(&call->server->config, name, /* make= */ true, reterr);
  if (path == NULL)
    return reterr->status;
  int64_t length = -1;
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  cc_status status =
    fd < 0 ? file_failed("open", reterr) : append_body(call, fd, offset, &length, reterr);
  if (fd >= 0)
    (void) close(fd);
  if (status == CC_OK && offset == 0 && !sync_folder(path))
    status = file_failed("append", reterr);
  free(path);
  exchange->upload_offset = length;
  if (status == CC_OK)
    *ret_length = spool->appended = length;
  return status;
}

static cc_status
open_kept(const ccd_config *config, const char *name, int flags, int *ret_fd, cc_error *reterr)
{
  char *path = path_of(config, name, (flags & O_CREAT) != 0, reterr);
  if (path == NULL)
    return reterr->status;
  int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  free(path);
  if (fd < 0 && errno == ENOENT)
    return cc_fail(reterr, CC_ERR_NOT_FOUND, "no_file", "The file is not there");
  if (fd < 0)
    return file_failed("open", reterr);
  *ret_fd = fd;
  return CC_OK;
}

cc_status
ccd_spool_open(const ccd_config *config, const char *name, int *ret_fd, cc_error *reterr)
{
  return open_kept(config, name, O_RDONLY, ret_fd, reterr);
}

cc_status
ccd_spool_create(const ccd_config *config, const char *name, int *ret_fd, cc_error *reterr)
{
  return open_kept(config, name, O_RDWR | O_CREAT | O_TRUNC, ret_fd, reterr);
}

void
ccd_spool_remove(const ccd_config *config, const char *name)
{
  cc_error ignored = {0};
  char *path = path_of(config, name, /* make= */ false, &ignored);
  if (path != NULL)
    (void) unlink(path);
  free(path);
}
