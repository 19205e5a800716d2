/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens plain, gzip and zip files. Other kinds of files are refused with an error that names the
 * kind; see ccd-source.h. */
#include "server/voters/ccd-source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

struct ccd_source {
  ccd_packing packing;
  int fd;
  gzFile gz; /* reads from its own descriptor, a duplicate of fd */
  zip_t *zip;
  zip_file_t *member;
  const unsigned char *memory;
  int64_t position, size;
  int64_t most; /* most bytes that may be unpacked; 0: CCD_SOURCE_BYTES_MAX */
};

static const char damaged_hint[] = "Download or pack the file again.";

static cc_status
fail_hint(cc_error *reterr, cc_status status, const char *code, const char *text, const char *hint)
{
  cc_fail(reterr, status, code, "%s", text);
  if (reterr != NULL)
    memccpy(reterr->hint, hint, '\0', sizeof reterr->hint - 1);
  return status;
}

/* Refuse kinds of files that are recognized by their first bytes but cannot be read. The error
 * has a hint on how to convert the file. */
static cc_status
refuse_unsupported(const unsigned char *head, size_t n, cc_error *reterr)
{
  static const struct {
    const char *magic;
    size_t length;
    const char *text, *hint;
  } rows[] = {
    {"\xD0\xCF\x11\xE0", 4, "The file is an old Excel workbook.", "Save the sheet as CSV."},
    {"%PDF", 4, "The file is a PDF document.", "Upload the data file, not its description."},
    {"BZh", 3, "The file is packed with bzip2.", "Unpack it, or pack it as gzip or zip."},
    {"\xFD"
     "7zXZ",
     5,
     "The file is packed with xz.",
     "Unpack it, or pack it as gzip or zip."},
    {"7z\xBC\xAF", 4, "The file is a 7-Zip archive.", "Unpack it, or pack it as gzip or zip."},
    {"Rar!", 4, "The file is a RAR archive.", "Unpack it, or pack it as gzip or zip."},
    {"\x28\xB5\x2F\xFD", 4, "The file is packed with zstd.", "Unpack it, or pack it as gzip."},
    {"PAR1", 4, "The file is a Parquet file.", "Export it as CSV."},
  };

  for (size_t i = 0; i < CC_N(rows); i++) {
    if (n >= rows[i].length && memcmp(head, rows[i].magic, rows[i].length) == 0)
      return fail_hint(reterr, CC_ERR_UNSUPPORTED, "not_a_table", rows[i].text, rows[i].hint);
  }
  return CC_OK;
}

/* Returns whether a member of an archive may be a table, judged by the member's name. Archives
 * of the states also contain documents, pictures and hidden files. */
static bool
is_table_name(const char *name)
{
  static const char *const others[] = {".pdf",
                                       ".doc",
                                       ".docx",
                                       ".rtf",
                                       ".xls",
                                       ".xlsx",
                                       ".htm",
                                       ".html",
                                       ".xml",
                                       ".jpg",
                                       ".png",
                                       ".md",
                                       ".zip",
                                       ".gz"};
  size_t length = strlen(name);
  const char *slash = strrchr(name, '/');
  const char *base = slash != NULL ? slash + 1 : name;
  if (length == 0 || *base == '\0' || *base == '.' || strncmp(name, "__MACOSX/", 9) == 0)
    return false;
  if (strcasestr(base, "readme") != NULL)
    return false;
  for (size_t i = 0; i < CC_N(others); i++) {
    size_t n = strlen(others[i]);
    if (length > n && strcasecmp(name + length - n, others[i]) == 0)
      return false;
  }
  return true;
}

static cc_status
zip_begin(int fd, zip_t **ret, cc_error *reterr)
{
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0)
    return cc_fail(reterr, CC_ERR_UNAVAILABLE, "unreadable", "The file cannot be opened.");
  int code = 0;
  *ret = zip_fdopen(copy, 0, &code);
  if (*ret != NULL)
    return CC_OK;
  close(copy);
  if (code == ZIP_ER_MEMORY)
    return cc_fail_memory(reterr);
  return fail_hint(reterr,
                   CC_ERR_INVALID,
                   "broken_file",
                   "The zip archive is damaged or cut off.",
                   damaged_hint);
}

/* Find the member of the archive to read: the member named @wanted; without @wanted the only
 * member that may be a table. */
static cc_status
choose_member(zip_t *zip, const char *wanted, zip_uint64_t *ret, cc_error *reterr)
{
  zip_int64_t n = zip_get_num_entries(zip, 0);
  int found = 0;
  for (zip_uint64_t i = 0; n > 0 && i < (zip_uint64_t) n; i++) {
    const char *name = zip_get_name(zip, i, 0);
    if (name == NULL)
      continue;
    if (strcmp(name, "[Content_Types].xml") == 0 || strcmp(name, "content.xml") == 0)
      return fail_hint(reterr,
                       CC_ERR_UNSUPPORTED,
                       "not_a_table",
                       "The file is a spreadsheet or a document.",
                       "Save the sheet as CSV.");
    if (wanted != NULL ? strcmp(name, wanted) != 0 : !is_table_name(name))
      continue;
    found++;
    *ret = i;
  }
  if (found == 1 || (found > 1 && wanted != NULL))
    return CC_OK;
  if (wanted != NULL)
    return cc_fail(reterr,
                   CC_ERR_NOT_FOUND,
                   "no_member",
                   "The archive has no member with this name.");
  if (found == 0)
    return cc_fail(reterr, CC_ERR_INVALID, "no_member", "There is no table in the archive.");
  return fail_hint(reterr,
                   CC_ERR_INVALID,
                   "several_members",
                   "There are several tables in the archive.",
                   "Set member to the name of the table to read.");
}

static cc_status
open_zip(ccd_source *source, const char *wanted, cc_error *reterr)
{
  cc_status status = zip_begin(source->fd, &source->zip, reterr);
  if (status != CC_OK)
    return status;
  zip_uint64_t index = 0;
  status = choose_member(source->zip, wanted, &index, reterr);
  if (status != CC_OK)
    return status;
  zip_stat_t about;
  zip_stat_init(&about);
  if (zip_stat_index(source->zip, index, 0, &about) == 0 && (about.valid & ZIP_STAT_SIZE) != 0)
    source->size = about.size < INT64_MAX ? (int64_t) about.size : INT64_MAX;
  if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && about.encryption_method != ZIP_EM_NONE)
    return fail_hint(reterr,
                     CC_ERR_UNSUPPORTED,
                     "encrypted",
                     "The archive is protected by a password.",
                     "Unpack it, and upload it without a password.");
  source->member = zip_fopen_index(source->zip, index, 0);
  if (source->member != NULL)
    return CC_OK;
  return fail_hint(reterr,
                   CC_ERR_INVALID,
                   "broken_file",
                   "The member of the archive cannot be unpacked.",
                   "Pack it with the usual method (deflate).");
}

static cc_status
open_gzip(ccd_source *source, cc_error *reterr)
{
  int copy = fcntl(source->fd, F_DUPFD_CLOEXEC, 3);
  source->gz = copy >= 0 ? gzdopen(copy, "rb") : NULL;
  if (source->gz == NULL) {
    if (copy >= 0)
      close(copy);
    return cc_fail_memory(reterr);
  }
  gzbuffer(source->gz, 128 * 1024);
  return CC_OK;
}

static cc_status
open_path(const char *path, int *ret_fd, int64_t *ret_size, cc_error *reterr)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0 && errno == ENOENT)
    return cc_fail(reterr, CC_ERR_NOT_FOUND, "no_file", "The file does not exist.");
  if (fd < 0)
    return cc_fail(reterr, CC_ERR_UNAVAILABLE, "unreadable", "The file cannot be opened.");
  struct stat about;
  if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
    close(fd);
    return cc_fail(reterr, CC_ERR_INVALID, "no_regular_file", "The path is not a regular file.");
  }
  *ret_fd = fd;
  *ret_size = about.st_size;
  return CC_OK;
}

static cc_status
open_by_content(ccd_source *source, const char *member, cc_error *reterr)
{
  unsigned char head[8];
  ssize_t n = pread(source->fd, head, sizeof head, 0);
  if (n < 0)
    return cc_fail(reterr, CC_ERR_UNAVAILABLE, "unreadable", "The file cannot be read.");
  size_t known = (size_t) n;
  if (known >= 4 && memcmp(head, "PK\x03\x04", 4) == 0)
    source->packing = CCD_PACKING_ZIP;
  else if (known >= 2 && head[0] == 0x1F && head[1] == 0x8B)
    source->packing = CCD_PACKING_GZIP;
  switch (source->packing) {
  case CCD_PACKING_ZIP:
    return open_zip(source, member, reterr);
  case CCD_PACKING_GZIP:
    return open_gzip(source, reterr);
  case CCD_PACKING_NONE:
    break;
  }
  return refuse_unsupported(head, known, reterr);
}

cc_status
ccd_source_open(const char *path, const char *member, ccd_source **ret, cc_error *reterr)
{
  ccd_source *source = calloc(1, sizeof *source);
  if (source == NULL)
    return cc_fail_memory(reterr);
  source->fd = -1;
  cc_status status = open_path(path, &source->fd, &source->size, reterr);
  if (status == CC_OK)
    status = open_by_content(source, member, reterr);
  if (status == CC_OK)
    *ret = source;
  else
    ccd_source_free(source);
  return status;
}

ccd_source *
ccd_source_memory(const void *bytes, size_t size)
{
  ccd_source *source = calloc(1, sizeof *source);
  if (source == NULL)
    return NULL;
  source->fd = -1;
  source->memory = bytes;
  source->size = (int64_t) size;
  return source;
}

void
ccd_source_free(ccd_source *source)
{
  if (source == NULL)
    return;
  if (source->member != NULL)
    zip_fclose(source->member);
  if (source->zip != NULL)
    zip_discard(source->zip);
  if (source->gz != NULL)
    gzclose(source->gz);
  if (source->fd >= 0)
    close(source->fd);
  free(source);
}

/* Read the next bytes of a plain file or of memory. Returns the number of bytes; -2 on a read
 * error. */
static ssize_t
read_plain(ccd_source *source, void *buffer, size_t size)
{
  if (source->fd < 0) {
    size_t left = (size_t) (source->size - source->position);
    size_t n = left < size ? left : size;
    if (n > 0)
      memcpy(buffer, source->memory + source->position, n);
    return (ssize_t) n;
  }
  ssize_t n;
  do
    n = read(source->fd, buffer, size);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -2 : n;
}

/* Read the next bytes of a packed file, unpacked. Returns the number of bytes; -1 when the file
 * is damaged. */
static ssize_t
read_packed(ccd_source *source, void *buffer, size_t size)
{
  if (source->member != NULL) {
    zip_int64_t n = zip_fread(source->member, buffer, size);
    return n < 0 ? -1 : (ssize_t) n;
  }
  int n = gzread(source->gz, buffer, (unsigned) size);
  int code = Z_OK;
  if (n <= 0)
    gzerror(source->gz, &code);
  return n < 0 || (n == 0 && code != Z_OK && code != Z_STREAM_END) ? -1 : n;
}

void
ccd_source_limit(ccd_source *source, int64_t most)
{
  source->most = most;
}

cc_status
ccd_source_read(ccd_source *source, void *buffer, size_t size, size_t *ret_n, cc_error *reterr)
{
  size_t most = size < 1024 * 1024 * 1024 ? size : 1024 * 1024 * 1024;
  ssize_t n = source->packing != CCD_PACKING_NONE ? read_packed(source, buffer, most)
                                                  : read_plain(source, buffer, most);
  if (n == -2)
    return cc_fail(reterr, CC_ERR_UNAVAILABLE, "unreadable", "The file cannot be read.");
  if (n < 0)
    return fail_hint(reterr,
                     CC_ERR_INVALID,
                     "broken_file",
                     "The packed file is damaged or cut off.",
                     damaged_hint);
  source->position += n;
  const int64_t unpacked_max = source->most > 0 ? source->most : CCD_SOURCE_BYTES_MAX;
  if (source->position > unpacked_max)
    return cc_fail(reterr,
                   CC_ERR_TOO_LARGE,
                   "too_large",
                   "The file unpacks to more than %lld MiB, which is the limit of this server "
                   "(settings IMPORT_UNPACKED and IMPORT_RATIO). Split the file, or upload it "
                   "unpacked.",
                   (long long) (unpacked_max >> 20));
  *ret_n = (size_t) n;
  return CC_OK;
}

int64_t
ccd_source_position(const ccd_source *source)
{
  return source->gz != NULL ? (int64_t) gzoffset(source->gz) : source->position;
}

int64_t
ccd_source_size(const ccd_source *source)
{
  return source->size;
}
