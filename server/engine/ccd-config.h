/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/cc-status.h"

/* Configuration: one table (ccd-config.c) of name, type, default, documentation. Values come from
 * the environment, else from the file that CAMPAIGN_CONFIG names, else from the table. */
typedef struct ccd_config {
  char *database_url;
  char *migration_database_url;
  char *migrations_folder;
  char *functions_folder;
  char *redis_url;
  char *bind_address;
  int64_t api_port;         /* + CCD_PORT_SLOW, + CCD_PORT_INTERNAL: the other listeners */
  int64_t threads;          /* for ordinary requests; 0: four per core */
  int64_t public_threads;   /* for visitors; 0: two per core */
  int64_t slow_threads;     /* for slow requests */
  int64_t reader_threads;   /* that read and send; 0: one per four cores */
  int64_t public_cache;     /* bytes */
  int64_t warm_connections; /* 0, 1: see ccd_db_options.warm */
  int64_t connection_limit;
  int64_t per_address_limit;
  int64_t idle_timeout;
  int64_t request_timeout;
  char *internal_bind;
  char *trusted_proxy;
  char *forwarded_header;
  char *cors_origins; /* comma-separated; empty: none */
  char *public_url;
  char *secret_key;
  char *secret_key_previous;
  char *erasure_key;
  char *password_list; /* empty: none */
  char *mail_outbox;
  char *mail_from;
  char *sms_outbox;
  int64_t text_send_all; /* 1: first texts may be sent without a click each */
  char *storage_folder;
  char *minio_endpoint;
  char *minio_access_key;
  char *minio_secret_key;
  char *minio_bucket;
  char *log_level;
  char *log_file;  /* empty: standard error */
  char *limit_api; /* "100/60": requests per seconds */
  char *limit_login;
  char *limit_register;
  int64_t invitations_per_day; /* of an organization, and of a person */
  int64_t statement_timeout;   /* ms */
  int64_t lock_timeout;        /* ms */
  int64_t call_timeout;        /* ms */
  int64_t session_cache;       /* seconds a session is believed without asking; 0: ask each time */
  int64_t live_sockets;        /* WebSockets at once */
  int64_t live_sockets_organization;
  int64_t live_sockets_person; /* or token, or device */
  char *budgets; /* of the settings that limit what one organization or person uses; for
                    ccd_db_options */
  int64_t organizations_person;
  int64_t lists, tags, scripts, profiles, tokens, devices; /* of an organization */
  int64_t imports_waiting, import_storage;                 /* of an organization */
  int64_t import_bytes, import_rows;                       /* of an organization in a day */
  int64_t import_unpacked, import_ratio;                   /* of a file */
  int64_t serve_jobs; /* 0: `serve` leaves the jobs to `worker` */
} ccd_config;

#define CCD_PORT_SLOW 8
/* Where Debian's python3-django has a list of passwords that were stolen. */
#define CCD_PASSWORD_LIST                                                                          \
  "/usr/lib/python3/dist-packages/django/contrib/auth/common-passwords.txt.gz"
#define CCD_PORT_INTERNAL 9

/* Read and check everything. An unknown name in the file, or of the form CAMPAIGN_… in the
 * environment, and a wrong value are errors that name it. */
cc_status ccd_config_load(ccd_config *ret, cc_error *reterr) CC_MUSTCHECK;

/* Same, but what must be set may be missing: for printing. */
cc_status ccd_config_read(ccd_config *ret, cc_error *reterr) CC_MUSTCHECK;
void ccd_config_done(ccd_config *config);

/* Every setting with its value (secrets as "(set)"), source and documentation. */
void ccd_config_print(const ccd_config *config, FILE *out);
