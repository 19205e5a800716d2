/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"

/* Accounts: the person who signs in, the person's sessions, and the proofs of identity
 * (password, second factor, mailed tokens). */

/* Code points. The server has more rules for a password: see docs/internals/accounts.md. */
#define CC_PASSWORD_MIN 12
#define CC_PASSWORD_MAX 128

/* A person, as shown to that person only. */
typedef struct cc_user {
  int64_t id;
  int64_t version;
  char *email;
  cc_time *email_verified_at;
  char *first_name;
  char *last_name;
  char *phone;
  cc_time *phone_verified_at;
  char *avatar_url;
  char *timezone;
  char *notification_preferences;
  cc_time *totp_confirmed_at; /* NULL: no second factor */
  cc_time *second_factor_ends_at;
  cc_time created_at;
  cc_time updated_at;
  cc_time *last_login_at;
} cc_user;

extern const cc_type cc_user_type;

typedef enum cc_session_kind {
  CC_SESSION_KIND_UNSET = 0,
  CC_SESSION_KIND_COOKIE,
  CC_SESSION_KIND_BEARER,
  _CC_SESSION_KIND_MAX
} cc_session_kind;

extern const cc_enum cc_session_kinds;

typedef struct cc_session {
  int64_t id;
  int kind;
  char *device_name;
  char *user_agent;
  char *ip_address;
  int64_t *active_organization_id;
  bool current;
  cc_time created_at;
  cc_time *last_seen_at;
  cc_time expires_at;
} cc_session;

extern const cc_type cc_session_type;

typedef struct cc_session_ref {
  int64_t session_id;
} cc_session_ref;

extern const cc_type cc_session_ref_type;

typedef struct cc_session_end_query {
  bool keep_current;
} cc_session_end_query;

extern const cc_type cc_session_end_query_type;

typedef struct cc_register {
  char *email;
  char *password;
  char *first_name;
  char *last_name;
  char *timezone;
} cc_register;

extern const cc_type cc_register_type;

typedef struct cc_sign_in {
  char *email;
  char *password;
  char *code;
  char *recovery_code;
  char *device_name;
  bool cookie;
} cc_sign_in;

extern const cc_type cc_sign_in_type;

typedef struct cc_sign_in_reply {
  char *token; /* NULL when the session's token travels in a cookie */
  int64_t session_id;
  int64_t user_id;
  int64_t *organization_id;
  cc_time expires_at;
} cc_sign_in_reply;

extern const cc_type cc_sign_in_reply_type;

/* The reply of every operation that may send a mail. It is the same whether or not a mail is
 * sent, so that it does not reveal which addresses have accounts. */
typedef struct cc_accepted {
  char *message;
} cc_accepted;

extern const cc_type cc_accepted_type;

typedef struct cc_account_email {
  char *email;
} cc_account_email;

extern const cc_type cc_account_email_type;

typedef struct cc_verify_email {
  char *token;
  char *password; /* NULL: keep the password chosen at registration */
} cc_verify_email;

extern const cc_type cc_verify_email_type;

/* Body that ends a second factor: mailed token and password are both needed, since the token
 * proves only the mailbox. */
typedef struct cc_end_second_factor {
  char *token;
  char *password;
} cc_end_second_factor;

extern const cc_type cc_end_second_factor_type;

typedef struct cc_second_factor_end {
  cc_time ends_at;
} cc_second_factor_end;

extern const cc_type cc_second_factor_end_type;

typedef struct cc_reset_password {
  char *token;
  char *password;
} cc_reset_password;

extern const cc_type cc_reset_password_type;

typedef struct cc_change_password {
  char *current_password;
  char *new_password;
  char *code;
  char *recovery_code;
} cc_change_password;

extern const cc_type cc_change_password_type;

typedef struct cc_change_email {
  char *password;
  char *email;
  char *code;
  char *recovery_code;
} cc_change_email;

extern const cc_type cc_change_email_type;

typedef struct cc_password_proof {
  char *password;
} cc_password_proof;

extern const cc_type cc_password_proof_type;

/* The password and, where the account has a second factor, `code` or `recovery_code`. */
typedef struct cc_full_proof {
  char *password;
  char *code;
  char *recovery_code;
} cc_full_proof;

extern const cc_type cc_full_proof_type;

typedef struct cc_totp_start {
  char *secret;
  char *uri;
} cc_totp_start;

extern const cc_type cc_totp_start_type;

typedef struct cc_totp_code {
  char *code;
} cc_totp_code;

extern const cc_type cc_totp_code_type;

typedef struct cc_recovery_codes {
  cc_strings recovery_codes;
} cc_recovery_codes;

extern const cc_type cc_recovery_codes_type;
