/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cc-ops.h"
#include "common/codec/cc-type.h"

/* Organizations, members, invitations, API tokens and devices: structs and operations. The field
 * tables in cc-organization.c document each member. */

typedef enum cc_role {
  CC_ROLE_UNSET = 0,
  CC_ROLE_OWNER,
  CC_ROLE_ADMIN,
  CC_ROLE_MEMBER,
  _CC_ROLE_MAX
} cc_role;

extern const cc_enum cc_role_enum;
extern const cc_enum
  cc_right_given_enum; /* rights that permissions and scopes may contain: cc-right.c */

/* CC_INVITATION_EXPIRED is never stored: replies show it for a pending invitation after its
 * expiry. */
typedef enum cc_invitation_status {
  CC_INVITATION_UNSET = 0,
  CC_INVITATION_PENDING,
  CC_INVITATION_ACCEPTED,
  CC_INVITATION_DECLINED,
  CC_INVITATION_REVOKED,
  CC_INVITATION_EXPIRED,
  _CC_INVITATION_MAX
} cc_invitation_status;

extern const cc_enum cc_invitation_status_enum;

typedef enum cc_device_profile {
  CC_DEVICE_UNSET = 0,
  CC_DEVICE_DOOR_LIST,
  CC_DEVICE_CANVASS,
  _CC_DEVICE_MAX
} cc_device_profile;

extern const cc_enum cc_device_profile_enum;

typedef struct cc_organization {
  int64_t id;
  char *name;
  char *slug;
  char *description;
  char *avatar_url;
  char *website_url;
  char *timezone;
  int64_t *default_event_capacity;
  bool require_second_factor;
  char *code; /* proof of the second factor, needed to turn the requirement off */
  char *recovery_code;
  char *stripe_customer_id;
  char *stripe_subscription_id;
  char *subscription_status;
  cc_time created_at;
  cc_time updated_at;
  int64_t version;
} cc_organization;

/* An organization in the list of a person's memberships. */
typedef struct cc_membership {
  int64_t id;
  char *name;
  char *slug;
  char *avatar_url;
  char *timezone;
  int role;
  char *permissions;
  cc_time joined_at;
  bool active;
} cc_membership;

typedef struct cc_organization_choice {
  int64_t organization_id;
} cc_organization_choice;

typedef struct cc_member {
  int64_t id;
  int64_t user_id;
  char *first_name;
  char *last_name;
  char *email;
  char *avatar_url;
  bool has_second_factor;
  int role;
  char *permissions;
  int64_t *invited_by;
  cc_time joined_at;
  cc_time updated_at;
  int64_t version;
} cc_member;

typedef struct cc_member_ref {
  int64_t user_id;
} cc_member_ref;

typedef struct cc_owner_transfer {
  int64_t user_id;
  char *code;
  char *recovery_code;
} cc_owner_transfer;

typedef struct cc_member_patch {
  int role;
  char *permissions;
  char *code;
  char *recovery_code;
} cc_member_patch;

typedef struct cc_member_query {
  int64_t limit;
  char *cursor;
  int role;
} cc_member_query;

typedef struct cc_member_end_query {
  bool revoke_tokens;
} cc_member_end_query;

typedef struct cc_invitation {
  int64_t id;
  char *email;
  int role;
  char *permissions;
  char *message;
  int status;
  int64_t *invited_by;
  cc_time created_at;
  cc_time updated_at;
  cc_time expires_at;
  cc_time *sent_at;
  cc_time *responded_at;
  int64_t version;
  char *code;
  char *recovery_code;
} cc_invitation;

typedef struct cc_invitation_ref {
  int64_t invitation_id;
} cc_invitation_ref;

typedef struct cc_invitation_query {
  int64_t limit;
  char *cursor;
  int status;
} cc_invitation_query;

typedef struct cc_invitation_answer {
  char *token;
} cc_invitation_answer;

typedef struct cc_api_token {
  int64_t id;
  char *name;
  char *token_prefix;
  cc_strings scopes;
  int64_t *created_by;
  bool maker_left;
  cc_time created_at;
  cc_time expires_at;
  cc_time *last_used_at;
  cc_time *revoked_at;
  int64_t version;
} cc_api_token;

/* Values of cc_credential.kind. */
enum {
  CC_CREDENTIAL_SESSION = 1,
  CC_CREDENTIAL_TOKEN,
  CC_CREDENTIAL_DEVICE,
};

typedef struct cc_credential {
  int kind;
  int64_t id;
  char *name;
  int64_t organization_id;
  int64_t *user_id;
  cc_strings scopes;
  cc_time created_at;
  cc_time *expires_at;
} cc_credential;

extern const cc_type cc_credential_type;

typedef struct cc_api_token_new {
  char *name;
  cc_strings scopes;
  cc_time *expires_at;
  char *code;
  char *recovery_code;
} cc_api_token_new;

typedef struct cc_api_token_made {
  int64_t id;
  char *name;
  char *token_prefix;
  cc_strings scopes;
  cc_time expires_at;
  char *token;
} cc_api_token_made;

typedef struct cc_api_token_ref {
  int64_t token_id;
} cc_api_token_ref;

/* Query of the lists of API tokens and devices. */
typedef struct cc_credential_query {
  int64_t limit;
  char *cursor;
  bool include_revoked;
} cc_credential_query;

typedef struct cc_device_scope {
  int64_t *event_id;
  int64_t *turf_id;
} cc_device_scope;

typedef struct cc_device {
  int64_t id;
  char *name;
  int profile;
  cc_device_scope *scope;
  cc_strings scopes;
  cc_time *pairing_expires_at;
  cc_time *paired_at;
  cc_time *last_seen_at;
  int64_t *created_by;
  cc_time created_at;
  cc_time updated_at;
  cc_time *revoked_at;
  int64_t version;
} cc_device;

typedef struct cc_device_ref {
  int64_t device_id;
} cc_device_ref;

typedef struct cc_device_patch {
  char *name;
} cc_device_patch;

typedef struct cc_device_pairing {
  int64_t id;
  char *name;
  char *pairing_code;
  cc_time pairing_expires_at;
} cc_device_pairing;

typedef struct cc_device_pair {
  char *code;
  char *name;
} cc_device_pair;

typedef struct cc_device_paired {
  char *token;
  int64_t device_id;
  char *name;
  int64_t organization_id;
  char *organization_name;
  int profile;
  cc_device_scope *scope;
  cc_strings scopes;
} cc_device_paired;

extern const cc_type cc_organization_type;
extern const cc_type cc_membership_type;
extern const cc_type cc_organization_choice_type;
extern const cc_type cc_member_type;
extern const cc_type cc_member_ref_type;
extern const cc_type cc_owner_transfer_type;
extern const cc_type cc_member_patch_type;
extern const cc_type cc_member_query_type;
extern const cc_type cc_invitation_type;
extern const cc_type cc_invitation_ref_type;
extern const cc_type cc_invitation_query_type;
extern const cc_type cc_invitation_answer_type;
extern const cc_type cc_api_token_type;
extern const cc_type cc_api_token_new_type;
extern const cc_type cc_api_token_made_type;
extern const cc_type cc_api_token_ref_type;
extern const cc_type cc_credential_query_type;
extern const cc_type cc_device_scope_type;
extern const cc_type cc_device_type;
extern const cc_type cc_device_ref_type;
extern const cc_type cc_device_patch_type;
extern const cc_type cc_device_pairing_type;
extern const cc_type cc_device_pair_type;
extern const cc_type cc_device_paired_type;
