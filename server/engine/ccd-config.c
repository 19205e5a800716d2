/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/engine/ccd-config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cc-str.h"
#include "common/codec/cc-type.h"

extern char **environ;

#define FILE_LINE_MAX 4096

typedef enum setting_kind {
  SETTING_TEXT = 1,
  SETTING_NUMBER,
} setting_kind;

typedef struct setting {
  const char *name;
  const char *fallback; /* NULL: the setting is required */
  const char *doc;
  size_t offset;
  int64_t min, max;
  setting_kind kind;
  bool secret;
  bool budget; /* true: a budget, read by the functions in db/functions/base/budgets.sql */
} setting;

#define TEXT(member, setting_name, ...)                                                            \
  {                                                                                                \
    .name = (setting_name), .offset = CC_OFFSET(ccd_config, member, char *), .kind = SETTING_TEXT, \
    __VA_ARGS__                                                                                    \
  }
#define NUMBER(member, setting_name, ...)                                                          \
  {                                                                                                \
    .name = (setting_name), .offset = CC_OFFSET(ccd_config, member, int64_t),                      \
    .kind = SETTING_NUMBER, __VA_ARGS__                                                            \
  }
#define BUDGET(member, setting_name, ...) NUMBER(member, setting_name, .budget = true, __VA_ARGS__)

/* clang-format off */
static const setting settings[] = {
  TEXT(database_url, "DATABASE_URL", .secret = true, .doc = "PostgreSQL as the role campaign_api: libpq connection string or URI."),
  TEXT(migration_database_url, "MIGRATION_DATABASE_URL", .fallback = "", .secret = true,
       .doc = "PostgreSQL as the role campaign_owner; for `migrate` and `audit verify` only."),
  TEXT(migrations_folder, "MIGRATIONS_FOLDER", .fallback = "db/migrations", .doc = "Folder of the migration files."),
  TEXT(functions_folder, "FUNCTIONS_FOLDER", .fallback = "db/functions", .doc = "Folder of the files of functions, views and triggers."),
  TEXT(redis_url, "REDIS_URL", .fallback = "", .secret = true, .doc = "Redis: unix:///path or redis://host:port/db, a database of its own. Empty: none."),
  TEXT(bind_address, "CAMPAIGN_BIND", .fallback = "127.0.0.1", .doc = "Address to listen on, IPv4 or IPv6; a proxy in front ends TLS."),
  NUMBER(api_port, "CAMPAIGN_API_PORT", .fallback = "3000", .min = 1, .max = 65000, .doc = "API port; + 8 takes the same requests, + 9 is the internal listener."),
  TEXT(internal_bind, "INTERNAL_BIND", .fallback = "127.0.0.1", .doc = "Address of the internal listener: /livez, /readyz and /metrics. It must not be reachable from outside."),
  NUMBER(threads, "THREADS", .fallback = "0", .min = 0, .max = 64, .doc = "Threads that answer ordinary requests, each with a connection to PostgreSQL; 0: four per core."),
  NUMBER(public_threads, "PUBLIC_THREADS", .fallback = "0", .min = 0, .max = 64, .doc = "The same for visitors without a sign-in; 0: two per core."),
  NUMBER(slow_threads, "SLOW_CONNECTIONS", .fallback = "4", .min = 2, .max = 32, .doc = "The same for slow requests: files, exports, packs, drawings, uploads."),
  NUMBER(reader_threads, "READER_THREADS", .fallback = "0", .min = 0, .max = 16, .doc = "Threads that read requests and send answers; 0: one per four cores."),
  NUMBER(public_cache, "PUBLIC_CACHE", .fallback = "8388608", .min = 0, .max = 1073741824, .doc = "Bytes for visitors' answers that are kept for a second at most; 0: none are kept."),
  NUMBER(warm_connections, "WARM_CONNECTIONS", .fallback = "1", .min = 0, .max = 1, .doc = "1: connections to PostgreSQL are made ahead, and their functions loaded and planned before people get them."),
  NUMBER(connection_limit, "CONNECTION_LIMIT", .fallback = "8000", .min = 16, .max = 60000, .doc = "Client connections at once."),
  NUMBER(per_address_limit, "CONNECTIONS_PER_ADDRESS", .fallback = "0", .min = 0, .max = 60000, .doc = "Client connections at once from one address; 0: no limit, as behind a proxy."),
  NUMBER(idle_timeout, "IDLE_TIMEOUT", .fallback = "30", .min = 1, .max = 3600, .doc = "Seconds until a silent connection is closed."),
  NUMBER(request_timeout, "REQUEST_TIMEOUT", .fallback = "10", .min = 1, .max = 300, .doc = "Seconds in which a request must have arrived whole."),
  TEXT(trusted_proxy, "TRUSTED_PROXY", .fallback = "", .doc = "Addresses or networks (172.30.0.0/24) of the proxies whose FORWARDED_HEADER is believed, comma-separated. Empty: none."),
  TEXT(forwarded_header, "FORWARDED_HEADER", .fallback = "x-real-ip", .doc = "Header in which the trusted proxy names the client's address, lower case."),
  TEXT(cors_origins, "CORS_ORIGINS", .fallback = "", .doc = "Origins of browser applications that may call the API, comma-separated."),
  TEXT(public_url, "PUBLIC_URL", .fallback = "http://127.0.0.1:3000", .doc = "Address of the API as people see it; links in mails begin with it."),
  TEXT(secret_key, "SECRET_KEY", .secret = true, .doc = "64 hexadecimal digits; seals secrets at rest and signs cursors. Keep it; losing it loses second factors."),
  TEXT(secret_key_previous, "SECRET_KEY_PREVIOUS", .fallback = "", .secret = true,
       .doc = "Earlier values of SECRET_KEY, newest first, comma-separated: what they sealed and signed is still read. See docs/operating.md."),
  TEXT(erasure_key, "ERASURE_KEY", .fallback = "", .secret = true,
       .doc = "64 hexadecimal digits that campaign-centerd reseal prints; by it erased people stay known after SECRET_KEY changed. Empty: made of SECRET_KEY."),
  TEXT(password_list, "PASSWORD_LIST", .fallback = CCD_PASSWORD_LIST,
       .doc = "File of passwords that are refused, one per line, plain or gzip. The default is used when Debian's python3-django is installed. Empty: none."),
  TEXT(mail_outbox, "MAIL_OUTBOX", .fallback = "", .doc = "Folder that receives outgoing mail as .eml files. Empty: mail waits in the queue."),
  TEXT(mail_from, "MAIL_FROM", .fallback = "Campaign Center <no-reply@localhost>", .doc = "Sender of outgoing mail."),
  TEXT(sms_outbox, "SMS_OUTBOX", .fallback = "", .doc = "Folder that receives outgoing texts as .txt files. Empty: texts wait in the queue."),
  NUMBER(text_send_all, "TEXT_SEND_ALL", .fallback = "0", .min = 0, .max = 1, .doc = "1: organizers may send the first texts of a campaign without a click each; ask your lawyer first."),
  TEXT(storage_folder, "STORAGE_FOLDER", .fallback = "", .doc = "Folder for files, when no object storage is used. Empty: none."),
  TEXT(minio_endpoint, "MINIO_ENDPOINT", .fallback = "", .doc = "S3-compatible storage, such as http://minio:9000. Empty: none."),
  TEXT(minio_access_key, "MINIO_ACCESS_KEY", .fallback = "", .secret = true, .doc = "Access key of the storage."),
  TEXT(minio_secret_key, "MINIO_SECRET_KEY", .fallback = "", .secret = true, .doc = "Secret key of the storage."),
  TEXT(minio_bucket, "MINIO_BUCKET", .fallback = "campaign-center", .doc = "Bucket of the storage."),
  TEXT(log_level, "LOG_LEVEL", .fallback = "info", .doc = "error, warning, info or debug; read again on SIGHUP."),
  TEXT(log_file, "LOG_FILE", .fallback = "", .doc = "File for the log. Empty: standard error."),
  TEXT(limit_api, "RATE_LIMIT_API", .fallback = "100/60", .doc = "Requests per seconds of one person, token, device or address."),
  TEXT(limit_login, "RATE_LIMIT_LOGIN", .fallback = "5/300", .doc = "Sign-ins per seconds of one account from one address; an address as a whole gets twenty times that."),
  TEXT(limit_register, "RATE_LIMIT_REGISTER", .fallback = "3/3600", .doc = "Registrations per seconds from one address."),
  NUMBER(invitations_per_day, "INVITATIONS_PER_DAY", .fallback = "500", .min = 10, .max = 1000000, .doc = "Invitations that an organization, and a person, may send on a day; a tenth until the organization has a second member."),
  NUMBER(statement_timeout, "STATEMENT_TIMEOUT", .fallback = "2000", .min = 10, .max = 600000, .doc = "Milliseconds until PostgreSQL ends a statement."),
  NUMBER(lock_timeout, "LOCK_TIMEOUT", .fallback = "1500", .min = 10, .max = 600000, .doc = "Milliseconds until a statement that waits for a lock ends."),
  NUMBER(call_timeout, "CALL_TIMEOUT", .fallback = "2500", .min = 20, .max = 600000, .doc = "Milliseconds that all waits of one request for PostgreSQL may take."),
  NUMBER(session_cache, "SESSION_CACHE", .fallback = "5", .min = 0, .max = 60, .doc = "Seconds that a session is believed without asking again; revoking one ends it at once."),
  NUMBER(live_sockets, "LIVE_SOCKETS", .fallback = "2000", .min = 0, .max = 20000, .doc = "WebSockets of the change feed at once; each takes about 40 KiB."),
  NUMBER(live_sockets_organization, "LIVE_SOCKETS_PER_ORGANIZATION", .fallback = "1000", .min = 0, .max = 20000, .doc = "Of them, those of one organization."),
  NUMBER(live_sockets_person, "LIVE_SOCKETS_PER_PERSON", .fallback = "20", .min = 0, .max = 20000, .doc = "Of them, those of one person, token or device."),
  BUDGET(organizations_person, "ORGANIZATIONS_PER_PERSON", .fallback = "20", .min = 0, .max = INT64_MAX, .doc = "Organizations that one person may own."),
  BUDGET(lists, "LISTS_PER_ORGANIZATION", .fallback = "2000", .min = 0, .max = INT64_MAX, .doc = "Saved lists of one organization."),
  BUDGET(tags, "TAGS_PER_ORGANIZATION", .fallback = "2000", .min = 0, .max = INT64_MAX, .doc = "Tags of one organization."),
  BUDGET(scripts, "SCRIPTS_PER_ORGANIZATION", .fallback = "1000", .min = 0, .max = INT64_MAX, .doc = "Scripts of one organization, archived ones too."),
  BUDGET(profiles, "PROFILES_PER_ORGANIZATION", .fallback = "200", .min = 0, .max = INT64_MAX, .doc = "Mappings of voter files of one organization."),
  BUDGET(tokens, "TOKENS_PER_ORGANIZATION", .fallback = "200", .min = 0, .max = INT64_MAX, .doc = "API tokens of one organization that are not revoked."),
  BUDGET(devices, "DEVICES_PER_ORGANIZATION", .fallback = "2000", .min = 0, .max = INT64_MAX, .doc = "Devices of one organization that are not revoked."),
  BUDGET(imports_waiting, "IMPORTS_WAITING", .fallback = "20", .min = 0, .max = INT64_MAX, .doc = "Imports of one organization that are not applied or cancelled yet."),
  BUDGET(import_storage, "IMPORT_STORAGE", .fallback = "21474836480", .min = 0, .max = INT64_MAX, .doc = "Bytes of the files of these imports together."),
  BUDGET(import_bytes, "IMPORT_BYTES_PER_DAY", .fallback = "42949672960", .min = 0, .max = INT64_MAX, .doc = "Bytes that one organization may upload for imports in a day (UTC)."),
  BUDGET(import_rows, "IMPORT_ROWS_PER_DAY", .fallback = "50000000", .min = 0, .max = INT64_MAX, .doc = "Rows that the imports of one organization may read in a day (UTC)."),
  NUMBER(import_unpacked, "IMPORT_UNPACKED", .fallback = "17179869184", .min = 1, .max = INT64_MAX, .doc = "Bytes to which a packed file may unpack."),
  NUMBER(import_ratio, "IMPORT_RATIO", .fallback = "100", .min = 1, .max = 1000000, .doc = "Maximal ratio of unpacked to packed size of a file that unpacks to more than 64 MiB."),
  NUMBER(serve_jobs, "SERVE_JOBS", .fallback = "1", .min = 0, .max = 1, .doc = "1: `serve` runs the jobs of the queue too; 0: they are left to `campaign-centerd worker`."),
};

/* clang-format on */

static const setting *
setting_find(const char *name, size_t length)
{
  for (size_t i = 0; i < CC_N(settings); i++) {
    if (strlen(settings[i].name) == length && memcmp(settings[i].name, name, length) == 0)
      return &settings[i];
  }
  return NULL;
}

static cc_status
setting_store(const setting *row, const char *value, ccd_config *config, cc_error *reterr)
{
  void *member = (char *) config + row->offset;
  if (row->kind == SETTING_TEXT) {
    char *copy = strdup(value);
    if (copy == NULL)
      return cc_fail_memory(reterr);
    free(*(char **) member);
    *(char **) member = copy;
    return CC_OK;
  }
  char *end = NULL;
  errno = 0;
  long long number = strtoll(value, &end, 10);
  if (errno != 0 || end == value || *end != '\0' || number < row->min || number > row->max)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "range",
                         row->name,
                         "%s is \"%s\"; it must be a number from %lld to %lld",
                         row->name,
                         value,
                         (long long) row->min,
                         (long long) row->max);
  *(int64_t *) member = number;
  return CC_OK;
}

/* Read one line KEY=VALUE; blank lines and comment lines (#) are skipped. */
static cc_status
load_line(char *line, int number, const char *path, ccd_config *config, cc_error *reterr)
{
  line[strcspn(line, "\r\n")] = '\0';
  if (*line == '\0' || *line == '#')
    return CC_OK;
  char *equals = strchr(line, '=');
  const setting *row = equals == NULL ? NULL : setting_find(line, (size_t) (equals - line));
  if (row == NULL)
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "unknown_setting",
                   "%s line %d: there is no such setting; `campaign-centerd config` lists them",
                   path,
                   number);
  return setting_store(row, equals + 1, config, reterr);
}

static cc_status
load_file(const char *path, ccd_config *config, cc_error *reterr)
{
  FILE *file = fopen(path, "re");
  if (file == NULL)
    return cc_fail_field(reterr,
                         CC_ERR_INVALID,
                         "open",
                         "CAMPAIGN_CONFIG",
                         "CAMPAIGN_CONFIG names a file that cannot be read: %s",
                         path);
  char line[FILE_LINE_MAX];
  cc_status status = CC_OK;
  for (int number = 1; status == CC_OK && fgets(line, sizeof(line), file) != NULL; number++) {
    if (strchr(line, '\n') == NULL && !feof(file))
      status =
        cc_fail(reterr, CC_ERR_INVALID, "line_too_long", "%s line %d is too long", path, number);
    else
      status = load_line(line, number, path, config, reterr);
  }
  (void) fclose(file);
  return status;
}

/* Refuse unknown environment variables that begin with CAMPAIGN_, so that misspelt names are
 * noticed. */
static cc_status
check_environment(cc_error *reterr)
{
  for (char **entry = environ; *entry != NULL; entry++) {
    size_t length = strcspn(*entry, "=");
    if (strncmp(*entry, "CAMPAIGN_", 9) != 0 || setting_find(*entry, length) != NULL ||
        strncmp(*entry, "CAMPAIGN_CONFIG=", 16) == 0)
      continue;
    return cc_fail(reterr,
                   CC_ERR_INVALID,
                   "unknown_setting",
                   "The environment has %.*s, which is no setting; `campaign-centerd config` lists "
                   "them",
                   (int) length,
                   *entry);
  }
  return CC_OK;
}

/* Write the budgets as "TAGS_PER_ORGANIZATION:2000,…", which is set in each PostgreSQL session. */
static cc_status
write_budgets(ccd_config *config, cc_error *reterr)
{
  cc_str text = CC_STR_INIT(4096);
  for (size_t i = 0; i < CC_N(settings); i++) {
    if (settings[i].budget)
      cc_str_printf(&text,
                    "%s:%lld,",
                    settings[i].name,
                    (long long) *(const int64_t *) ((const char *) config + settings[i].offset));
  }
  config->budgets = cc_str_take(&text, /* ret_length= */ NULL);
  return config->budgets != NULL ? CC_OK : cc_fail_memory(reterr);
}

cc_status
ccd_config_read(ccd_config *ret, cc_error *reterr)
{
  ccd_config config = {0};
  cc_status status = check_environment(reterr);
  for (size_t i = 0; status == CC_OK && i < CC_N(settings); i++) {
    if (settings[i].fallback != NULL)
      status = setting_store(&settings[i], settings[i].fallback, &config, reterr);
  }
  const char *path = getenv("CAMPAIGN_CONFIG"); /* NOLINT(concurrency-mt-unsafe): before threads */
  if (status == CC_OK && path != NULL && *path != '\0')
    status = load_file(path, &config, reterr);
  for (size_t i = 0; status == CC_OK && i < CC_N(settings); i++) {
    const char *value =
      getenv(settings[i].name); /* NOLINT(concurrency-mt-unsafe): before threads */
    if (value != NULL)
      status = setting_store(&settings[i], value, &config, reterr);
  }
  if (status == CC_OK)
    status = write_budgets(&config, reterr);
  if (status == CC_OK)
    *ret = config;
  else
    ccd_config_done(&config);
  return status;
}

/* Return the first required setting without a value. */
static const setting *
find_missing(const ccd_config *config)
{
  for (size_t i = 0; i < CC_N(settings); i++) {
    if (settings[i].kind == SETTING_TEXT &&
        *(char *const *) ((const char *) config + settings[i].offset) == NULL)
      return &settings[i];
  }
  return NULL;
}

cc_status
ccd_config_load(ccd_config *ret, cc_error *reterr)
{
  cc_status status = ccd_config_read(ret, reterr);
  const setting *missing = status == CC_OK ? find_missing(ret) : NULL;
  if (missing == NULL)
    return status;
  ccd_config_done(ret);
  return cc_fail_field(reterr,
                       CC_ERR_INVALID,
                       "required",
                       missing->name,
                       "%s is not set: %s",
                       missing->name,
                       missing->doc);
}

void
ccd_config_done(ccd_config *config)
{
  for (size_t i = 0; i < CC_N(settings); i++) {
    if (settings[i].kind != SETTING_TEXT)
      continue;
    char **member = (char **) ((char *) config + settings[i].offset);
    if (*member != NULL)
      explicit_bzero(*member, strlen(*member));
    free(*member);
    *member = NULL;
  }
  free(config->budgets);
  config->budgets = NULL;
}

void
ccd_config_print(const ccd_config *config, FILE *out)
{
  for (size_t i = 0; i < CC_N(settings); i++) {
    const void *member = (const char *) config + settings[i].offset;
    (void) fprintf(out, "# %s\n", settings[i].doc);
    if (settings[i].kind == SETTING_NUMBER) {
      (void) fprintf(out, "%s=%lld\n\n", settings[i].name, (long long) *(const int64_t *) member);
      continue;
    }
    const char *value = *(char *const *) member;
    if (settings[i].secret && value != NULL && *value != '\0')
      value = "(set)";
    (void) fprintf(out, "%s=%s\n\n", settings[i].name, value == NULL ? "" : value);
  }
}
