/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/cc-status.h"

/* The configuration: one table (ccd-config.c) has name, type, default and documentation of each
 * setting. A value comes from the environment, otherwise from the file named by CAMPAIGN_CONFIG,
 * otherwise from the table. */
typedef struct ccd_config {
  char *database_url;
  char *migration_database_url;
  char *migrations_folder;
  char *functions_folder;
  char *redis_url;
  char *bind_address;
  int64_t api_port;         /* port of the API; the other listeners use this + CCD_PORT_SLOW and +
                               CCD_PORT_INTERNAL */
  int64_t threads;          /* threads for ordinary requests; 0: four per core */
  int64_t public_threads;   /* threads for requests of visitors; 0: two per core */
  int64_t slow_threads;     /* threads for slow requests */
  int64_t reader_threads;   /* threads that read and send; 0: one per four cores */
  int64_t public_cache;     /* bytes */
  int64_t warm_connections; /* 0 or 1: see ccd_db_options.warm */
  int64_t connection_limit;
  int64_t per_address_limit;
  int64_t idle_timeout;
  int64_t request_timeout;
  char *internal_bind;
  char *trusted_proxy;
  char *forwarded_header;
  char *cors_origins; /* comma-separated origins; empty: CORS is off */
  char *public_url;
  char *secret_key;
  char *secret_key_previous;
  char *erasure_key;
  char *password_list; /* empty: none */
  char *mail_outbox;
  char *mail_from;
  char *sms_outbox;
  int64_t
    text_send_all; /* 1: an organizer may send first texts in batches, without a click for each */
  char *storage_folder;
  char *minio_endpoint;
  char *minio_access_key;
  char *minio_secret_key;
  char *minio_bucket;
  char *log_level;
  char *log_file;  /* empty: standard error */
  char *limit_api; /* "100/60": 100 requests in 60 seconds */
  char *limit_login;
  char *limit_register;
  int64_t invitations_per_day; /* per organization, and per person */
  int64_t statement_timeout;   /* ms */
  int64_t lock_timeout;        /* ms */
  int64_t call_timeout;        /* ms */
  int64_t session_cache; /* seconds for which a cached session is used without checking; 0: check
                            each time */
  int64_t live_sockets;  /* maximal number of open WebSockets */
  int64_t live_sockets_organization;
  int64_t live_sockets_person; /* per person, API token or device */
  char *budgets;               /* the budgets of all settings, in the form of ccd_db_options */
  int64_t organizations_person;
  int64_t lists, tags, scripts, profiles, tokens, devices; /* per organization */
  int64_t imports_waiting, import_storage;                 /* per organization */
  int64_t import_bytes, import_rows;                       /* per organization and day */
  int64_t import_unpacked, import_ratio;                   /* of a file */
  int64_t serve_jobs; /* 0: `serve` runs no jobs, a separate `worker` does */
} ccd_config;

#define CCD_PORT_SLOW 8
/* Path of the list of stolen passwords in Debian's package python3-django. */
#define CCD_PASSWORD_LIST                                                                          \
  "/usr/lib/python3/dist-packages/django/contrib/auth/common-passwords.txt.gz"
#define CCD_PORT_INTERNAL 9

/* Read and check all settings. An error names the setting: an unknown name in the file, an
 * unknown CAMPAIGN_… variable, or a wrong value. */
cc_status ccd_config_load(ccd_config *ret, cc_error *reterr) CC_MUSTCHECK;

/* Like ccd_config_load, but required settings may be missing; used for printing. */
cc_status ccd_config_read(ccd_config *ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_config_done(ccd_config *config);

/* Print every setting with its value (secrets as "(set)"), source and documentation. */
void ccd_config_print(const ccd_config *config, FILE *out);
