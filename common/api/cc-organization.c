/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-organization.h"

#include "common/api/cc-page.h"

static const char *const role_names[] = {"owner", "admin", "member"};
const cc_enum cc_role_enum = {role_names, CC_N(role_names)};

static const char *const status_names[] = {"pending", "accepted", "declined", "revoked", "expired"};
const cc_enum cc_invitation_status_enum = {status_names, CC_N(status_names)};

static const char *const profile_names[] = {"door_list", "canvass"};
const cc_enum cc_device_profile_enum = {profile_names, CC_N(profile_names)};

#define PERMISSIONS_DOC                                                                            \
  "Rights that differ from those of the role: an object with the names of rights and true "        \
  "(given) or false (removed), such as {\"manage_events\": true}."
#define PERMISSIONS_EXAMPLE "{\"manage_events\": true}"

/* Field rows of a body with `code` and `recovery_code`; @why completes their documentation. */
#define FACTOR_ROWS(type, why)                                                                     \
  CC_STRING(type,                                                                                  \
            code,                                                                                  \
            .flags = CC_NULLABLE | CC_WRITE_ONLY | CC_SECRET,                                      \
            .format = CC_FORMAT_DIGITS,                                                            \
            .min = 6,                                                                              \
            .max = 6,                                                                              \
            .example = "null",                                                                     \
            .doc = "A six-digit code from your authenticator application, " why ". "               \
                   "Needed when you have a second factor, unless `recovery_code` is sent."),       \
    CC_STRING(type,                                                                                \
              recovery_code,                                                                       \
              .flags = CC_NULLABLE | CC_WRITE_ONLY | CC_SECRET,                                    \
              .min = 1,                                                                            \
              .max = 40,                                                                           \
              .example = "null",                                                                   \
              .doc = "One of your recovery codes, instead of `code`; each works once.")

/* clang-format off */

static const cc_field organization_fields[] = {
  CC_INT64(cc_organization, id, .flags = CC_READ_ONLY, .example = "1",
           .doc = "Id of the organization."),
  CC_STRING(cc_organization, name, .flags = CC_REQUIRED, .format = CC_FORMAT_NAME,
            .min = 1, .max = 255, .example = "\"Neighbors for Elm Street\"",
            .doc = "Name of the organization."),
  CC_STRING(cc_organization, slug, .format = CC_FORMAT_SLUG, .min = 1, .max = 100,
            .example = "\"neighbors-for-elm-street\"",
            .doc = "Part of the organization's public web addresses, unique among all "
                   "organizations. Left out for a new organization: generated from the name."),
  CC_STRING(cc_organization, description, .flags = CC_NULLABLE, .max = 10000,
            .doc = "Description of the organization for its public page."),
  CC_STRING(cc_organization, avatar_url, .flags = CC_NULLABLE, .format = CC_FORMAT_URL,
            .max = 2000, .doc = "URL of a picture of the organization."),
  CC_STRING(cc_organization, website_url, .flags = CC_NULLABLE, .format = CC_FORMAT_URL,
            .max = 2000, .doc = "URL of the organization's web site."),
  CC_STRING(cc_organization, timezone, .format = CC_FORMAT_ZONE, .max = 50,
            .fallback = "\"America/New_York\"",
            .doc = "IANA name of the default time zone of new events."),
  CC_OPT_INT64(cc_organization, default_event_capacity, .flags = CC_NULLABLE,
               .min = 1, .max = 1000000, .example = "120",
               .doc = "Default capacity of new events; null: no limit."),
  CC_BOOL(cc_organization, require_second_factor, .fallback = "false",
          .doc = "True: owners, admins and members with additional rights must have a second "
                 "factor; without one they can do nothing but set it up. Turning this on "
                 "requires that you have a second factor (409 `second_factor_needed_first`). "
                 "Turning it off requires `code` or `recovery_code`."),
  FACTOR_ROWS(cc_organization, "where `require_second_factor` is turned off"),
  CC_STRING(cc_organization, stripe_customer_id, .flags = CC_READ_ONLY | CC_NULLABLE,
            .view = CC_VIEW_ADMIN, .max = 255, .doc = "Customer id at Stripe."),
  CC_STRING(cc_organization, stripe_subscription_id, .flags = CC_READ_ONLY | CC_NULLABLE,
            .view = CC_VIEW_ADMIN, .max = 255, .doc = "Subscription id at Stripe."),
  CC_STRING(cc_organization, subscription_status, .flags = CC_READ_ONLY | CC_NULLABLE,
            .view = CC_VIEW_ADMIN, .max = 50, .example = "\"trial\"",
            .doc = "State of the subscription."),
  CC_TIME(cc_organization, created_at, .flags = CC_READ_ONLY, .doc = "When it was created."),
  CC_TIME(cc_organization, updated_at, .flags = CC_READ_ONLY,
          .doc = "When it was last changed."),
  CC_INT64(cc_organization, version, .flags = CC_READ_ONLY | CC_VERSION,
           .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_organization_type =
  CC_TYPE(cc_organization, "Organization", organization_fields, .doc = "An organization.");

static const cc_field membership_fields[] = {
  CC_INT64(cc_membership, id, .flags = CC_READ_ONLY, .doc = "Id of the organization."),
  CC_STRING(cc_membership, name, .flags = CC_READ_ONLY, .max = 255, .doc = "Name of the object."),
  CC_STRING(cc_membership, slug, .flags = CC_READ_ONLY, .max = 100,
            .doc = "Part of the organization's public web addresses."),
  CC_STRING(cc_membership, avatar_url, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 2000,
            .doc = "URL of a picture of the organization."),
  CC_STRING(cc_membership, timezone, .flags = CC_READ_ONLY, .max = 50, .doc = "IANA name of the organization's time zone."),
  CC_ENUM(cc_membership, role, &cc_role_enum, .flags = CC_READ_ONLY, .doc = "Your role in the organization."),
  CC_JSON(cc_membership, permissions, .names = &cc_right_given_enum, .flags = CC_READ_ONLY, .example = PERMISSIONS_EXAMPLE,
          .doc = PERMISSIONS_DOC),
  CC_TIME(cc_membership, joined_at, .flags = CC_READ_ONLY, .doc = "When you joined the organization."),
  CC_BOOL(cc_membership, active, .flags = CC_READ_ONLY,
          .doc = "True for the active organization of this session."),
};
const cc_type cc_membership_type =
  CC_TYPE(cc_membership, "Membership", membership_fields,
          .doc = "An organization of which the signed-in person is a member.");

static const cc_field organization_choice_fields[] = {
  CC_INT64(cc_organization_choice, organization_id, .flags = CC_REQUIRED, .example = "1",
           .doc = "An organization of which the signed-in person is a member."),
};
const cc_type cc_organization_choice_type =
  CC_TYPE(cc_organization_choice, "OrganizationChoice", organization_choice_fields);

static const cc_field member_fields[] = {
  CC_INT64(cc_member, id, .flags = CC_READ_ONLY, .doc = "Id of the membership."),
  CC_INT64(cc_member, user_id, .flags = CC_READ_ONLY, .doc = "Id of the person."),
  CC_STRING(cc_member, first_name, .flags = CC_READ_ONLY, .max = 100, .doc = "First name."),
  CC_STRING(cc_member, last_name, .flags = CC_READ_ONLY, .max = 100, .doc = "Last name."),
  CC_STRING(cc_member, email, .flags = CC_READ_ONLY, .view = CC_VIEW_ADMIN,
            .format = CC_FORMAT_EMAIL, .max = 254,
            .doc = "E-mail address; only owners and admins see this field."),
  CC_STRING(cc_member, avatar_url, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 2000,
            .doc = "URL of a picture of the person."),
  CC_BOOL(cc_member, has_second_factor, .flags = CC_READ_ONLY, .view = CC_VIEW_ADMIN,
          .doc = "True when the person has set up a second factor; only owners and admins see this field."),
  CC_ENUM(cc_member, role, &cc_role_enum, .flags = CC_READ_ONLY,
          .doc = "The person's role in the organization."),
  CC_JSON(cc_member, permissions, .names = &cc_right_given_enum, .flags = CC_READ_ONLY, .example = PERMISSIONS_EXAMPLE,
          .doc = PERMISSIONS_DOC),
  CC_OPT_INT64(cc_member, invited_by, .flags = CC_READ_ONLY | CC_NULLABLE,
               .doc = "Id of the account of the member who invited the person; null: nobody did."),
  CC_TIME(cc_member, joined_at, .flags = CC_READ_ONLY, .doc = "When the person joined."),
  CC_TIME(cc_member, updated_at, .flags = CC_READ_ONLY,
          .doc = "When the membership last changed."),
  CC_INT64(cc_member, version, .flags = CC_READ_ONLY | CC_VERSION,
           .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_member_type =
  CC_TYPE(cc_member, "Member", member_fields, .doc = "A member of the organization.");

#define NEW_OWNER "for a change that makes a member an owner or an owner something else"

static const cc_field member_ref_fields[] = {
  CC_INT64(cc_member_ref, user_id, .flags = CC_REQUIRED, .example = "2",
           .doc = "Id of the account of a member."),
};
const cc_type cc_member_ref_type = CC_TYPE(cc_member_ref, "MemberRef", member_ref_fields);

static const cc_field owner_transfer_fields[] = {
  CC_INT64(cc_owner_transfer, user_id, .flags = CC_REQUIRED, .example = "2",
           .doc = "Id of the account of a member."),
  FACTOR_ROWS(cc_owner_transfer, "since the new owner decides on everything"),
};
const cc_type cc_owner_transfer_type =
  CC_TYPE(cc_owner_transfer, "OwnerTransfer", owner_transfer_fields);

static const cc_field member_patch_fields[] = {
  CC_ENUM(cc_member_patch, role, &cc_role_enum, .doc = "New role."),
  CC_JSON(cc_member_patch, permissions, .names = &cc_right_given_enum, .example = PERMISSIONS_EXAMPLE,
          .doc = "Single rights to give (true), to remove (false) or to derive from the role again (null); "
                 "rights that are left out do not change."),
  FACTOR_ROWS(cc_member_patch, NEW_OWNER),
};
const cc_type cc_member_patch_type =
  CC_TYPE(cc_member_patch, "MemberPatch", member_patch_fields);

static const cc_field member_query_fields[] = {
  CC_PAGE_ROWS(cc_member_query),
  CC_ENUM(cc_member_query, role, &cc_role_enum, .doc = "Only members with this role."),
};
const cc_type cc_member_query_type =
  CC_TYPE(cc_member_query, "MemberQuery", member_query_fields);

static const cc_field member_end_query_fields[] = {
  CC_BOOL(cc_member_end_query, revoke_tokens, .fallback = "false",
          .doc = "Also revoke the API tokens that the member made."),
};
const cc_type cc_member_end_query_type =
  CC_TYPE(cc_member_end_query, "MemberEndQuery", member_end_query_fields);

static const cc_field invitation_fields[] = {
  CC_INT64(cc_invitation, id, .flags = CC_READ_ONLY, .doc = "Id of the invitation."),
  CC_STRING(cc_invitation, email, .flags = CC_REQUIRED, .format = CC_FORMAT_EMAIL, .max = 254,
            .example = "\"kim@example.org\"",
            .doc = "The invited address; only the person with this address can accept."),
  CC_ENUM(cc_invitation, role, &cc_role_enum, .fallback = "\"member\"",
          .doc = "Role of the new member; only an owner invites owners and admins."),
  CC_JSON(cc_invitation, permissions, .names = &cc_right_given_enum, .fallback = "{}", .example = PERMISSIONS_EXAMPLE,
          .doc = PERMISSIONS_DOC),
  CC_STRING(cc_invitation, message, .flags = CC_NULLABLE, .max = 1000,
            .example = "\"We start on Saturday!\"",
            .doc = "Personal message for the mail; it must not contain web or e-mail addresses (422 `link`)."),
  CC_ENUM(cc_invitation, status, &cc_invitation_status_enum, .flags = CC_READ_ONLY,
          .doc = "State of the invitation."),
  CC_OPT_INT64(cc_invitation, invited_by, .flags = CC_READ_ONLY | CC_NULLABLE,
               .doc = "Id of the account of the member who sent the invitation."),
  CC_TIME(cc_invitation, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_invitation, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_TIME(cc_invitation, expires_at, .flags = CC_READ_ONLY,
          .doc = "When the invitation expires: 14 days after it was last sent."),
  CC_OPT_TIME(cc_invitation, sent_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When the mail was last passed to the mail server; null: not yet."),
  CC_OPT_TIME(cc_invitation, responded_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When the invitation was accepted or declined; null: neither."),
  CC_INT64(cc_invitation, version, .flags = CC_READ_ONLY | CC_VERSION,
           .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
  FACTOR_ROWS(cc_invitation, "where the role is owner"),
};
const cc_type cc_invitation_type =
  CC_TYPE(cc_invitation, "Invitation", invitation_fields, .doc = "An invitation by e-mail.");

static const cc_field invitation_ref_fields[] = {
  CC_INT64(cc_invitation_ref, invitation_id, .flags = CC_REQUIRED,
           .doc = "Id of the invitation."),
};
const cc_type cc_invitation_ref_type =
  CC_TYPE(cc_invitation_ref, "InvitationRef", invitation_ref_fields);

static const cc_field invitation_query_fields[] = {
  CC_PAGE_ROWS(cc_invitation_query),
  CC_ENUM(cc_invitation_query, status, &cc_invitation_status_enum,
          .doc = "Only invitations in this state."),
};
const cc_type cc_invitation_query_type =
  CC_TYPE(cc_invitation_query, "InvitationQuery", invitation_query_fields);

static const cc_field invitation_answer_fields[] = {
  CC_STRING(cc_invitation_answer, token, .flags = CC_REQUIRED | CC_WRITE_ONLY | CC_SECRET,
            .format = CC_FORMAT_LINE, .min = 8, .max = 100,
            .example = "\"cci_Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8\"",
            .doc = "The token of the invitation's mail."),
};
const cc_type cc_invitation_answer_type =
  CC_TYPE(cc_invitation_answer, "InvitationAnswer", invitation_answer_fields);

static const cc_field api_token_fields[] = {
  CC_INT64(cc_api_token, id, .flags = CC_READ_ONLY, .doc = "Id of the token."),
  CC_STRING(cc_api_token, name, .flags = CC_READ_ONLY, .max = 100, .doc = "Purpose of the token."),
  CC_STRING(cc_api_token, token_prefix, .flags = CC_READ_ONLY, .max = 8,
            .example = "\"cct_Zm9v\"", .doc = "The first characters of the token, by which it can be recognized."),
  CC_STRINGS(cc_api_token, scopes, .names = &cc_right_given_enum, .flags = CC_READ_ONLY, .example = "[\"manage_events\"]",
             .doc = "Names of the rights of the token."),
  CC_OPT_INT64(cc_api_token, created_by, .flags = CC_READ_ONLY | CC_NULLABLE,
               .doc = "Id of the account of the member who created the token."),
  CC_BOOL(cc_api_token, maker_left, .flags = CC_READ_ONLY,
          .doc = "True when the person who created the token is no longer a member. That person may still have the token; revoke it if in doubt."),
  CC_TIME(cc_api_token, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_TIME(cc_api_token, expires_at, .flags = CC_READ_ONLY, .doc = "When the token expires."),
  CC_OPT_TIME(cc_api_token, last_used_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When it was last used, accurate to about a minute; null: never."),
  CC_OPT_TIME(cc_api_token, revoked_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When it was revoked; null: not revoked."),
  CC_INT64(cc_api_token, version, .flags = CC_READ_ONLY | CC_VERSION,
           .doc = "Version of the object, incremented by every change."),
};
const cc_type cc_api_token_type =
  CC_TYPE(cc_api_token, "ApiToken", api_token_fields,
          .doc = "A token with which a program acts for the organization.");

static const char *const credential_names[] = {"session", "token", "device"};
static const cc_enum credential_enum = {credential_names, CC_N(credential_names)};

static const cc_field credential_fields[] = {
  CC_ENUM(cc_credential, kind, &credential_enum, .flags = CC_READ_ONLY, .doc = "Kind of the credential."),
  CC_INT64(cc_credential, id, .flags = CC_READ_ONLY,
           .doc = "Id of the session, API token or device."),
  CC_STRING(cc_credential, name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 200,
            .doc = "Purpose of the token, or name of the device."),
  CC_INT64(cc_credential, organization_id, .flags = CC_READ_ONLY,
           .doc = "Id of the organization in which the credential acts; null: none."),
  CC_OPT_INT64(cc_credential, user_id, .flags = CC_READ_ONLY | CC_NULLABLE,
               .doc = "Id of the account, for a session; null for an API token or a device."),
  CC_STRINGS(cc_credential, scopes, .names = &cc_right_given_enum, .flags = CC_READ_ONLY,
             .doc = "Names of the rights of the credential in the organization, besides the rights of every member."),
  CC_TIME(cc_credential, created_at, .flags = CC_READ_ONLY, .doc = "When the object was created."),
  CC_OPT_TIME(cc_credential, expires_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When the credential expires; null: valid until it is revoked."),
};
const cc_type cc_credential_type = CC_TYPE(cc_credential, "Credential", credential_fields,
                                           .doc = "The credential of this request: a session, an API token or a device.");

static const cc_field api_token_new_fields[] = {
  CC_STRING(cc_api_token_new, name, .flags = CC_REQUIRED, .format = CC_FORMAT_NAME,
            .min = 1, .max = 100, .example = "\"Website sync\"", .doc = "Purpose of the token."),
  CC_STRINGS(cc_api_token_new, scopes, .names = &cc_right_given_enum, .flags = CC_REQUIRED, .min = 0, .max = 20,
             .example = "[\"manage_events\"]",
             .doc = "Names of the rights of the token; you can give only rights that you have. Every token also has the rights of every member."),
  CC_OPT_TIME(cc_api_token_new, expires_at, .flags = CC_NULLABLE,
              .doc = "When the token expires: at most a year from now. Left out: 90 days from now."),
  FACTOR_ROWS(cc_api_token_new, "since a token outlives the session"),
};
const cc_type cc_api_token_new_type =
  CC_TYPE(cc_api_token_new, "ApiTokenNew", api_token_new_fields);

static const cc_field api_token_made_fields[] = {
  CC_INT64(cc_api_token_made, id, .flags = CC_READ_ONLY, .doc = "Id of the token."),
  CC_STRING(cc_api_token_made, name, .flags = CC_READ_ONLY, .max = 100,
            .doc = "Purpose of the token."),
  CC_STRING(cc_api_token_made, token_prefix, .flags = CC_READ_ONLY, .max = 8,
            .doc = "The first characters of the token, by which it can be recognized."),
  CC_STRINGS(cc_api_token_made, scopes, .names = &cc_right_given_enum, .flags = CC_READ_ONLY,
             .doc = "Names of the rights of the token."),
  CC_TIME(cc_api_token_made, expires_at, .flags = CC_READ_ONLY,
          .doc = "When the token expires."),
  CC_STRING(cc_api_token_made, token, .flags = CC_READ_ONLY | CC_SECRET, .max = 100,
            .doc = "The token. No later answer contains it."),
};
const cc_type cc_api_token_made_type =
  CC_TYPE(cc_api_token_made, "ApiTokenMade", api_token_made_fields);

static const cc_field api_token_ref_fields[] = {
  CC_INT64(cc_api_token_ref, token_id, .flags = CC_REQUIRED, .doc = "Id of the token."),
};
const cc_type cc_api_token_ref_type =
  CC_TYPE(cc_api_token_ref, "ApiTokenRef", api_token_ref_fields);

static const cc_field credential_query_fields[] = {
  CC_PAGE_ROWS(cc_credential_query),
  CC_BOOL(cc_credential_query, include_revoked, .fallback = "false",
          .doc = "True: include revoked tokens."),
};
const cc_type cc_credential_query_type =
  CC_TYPE(cc_credential_query, "CredentialQuery", credential_query_fields);

static const cc_field device_scope_fields[] = {
  CC_OPT_INT64(cc_device_scope, event_id, .flags = CC_NULLABLE, .example = "null",
               .doc = "Id of the only event at which the device may check people in; null: every event."),
  CC_OPT_INT64(cc_device_scope, turf_id, .flags = CC_NULLABLE, .example = "null",
               .doc = "Id of the device's turf; null: the device checks out a turf by code."),
};
const cc_type cc_device_scope_type =
  CC_TYPE(cc_device_scope, "DeviceScope", device_scope_fields,
          .doc = "Limits of a device in addition to its profile.");

static const cc_field device_fields[] = {
  CC_INT64(cc_device, id, .flags = CC_READ_ONLY, .doc = "Id of the device."),
  CC_STRING(cc_device, name, .flags = CC_REQUIRED, .format = CC_FORMAT_NAME, .min = 1, .max = 100,
            .example = "\"Front door tablet\"", .doc = "Name by which people recognize the device."),
  CC_ENUM(cc_device, profile, &cc_device_profile_enum, .flags = CC_REQUIRED,
          .example = "\"door_list\"", .doc = "Profile of the device, which determines its rights: door_list (check-in) or canvass."),
  CC_OBJECT(cc_device, scope, cc_device_scope, &cc_device_scope_type, .flags = CC_NULLABLE,
            .doc = "Limits in addition to the profile."),
  CC_STRINGS(cc_device, scopes, .names = &cc_right_given_enum, .flags = CC_READ_ONLY, .example = "[\"check_in\"]",
             .doc = "Names of the rights of the profile."),
  CC_OPT_TIME(cc_device, pairing_expires_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When the pairing code expires; null: there is no code."),
  CC_OPT_TIME(cc_device, paired_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When the device was paired; null: not yet."),
  CC_OPT_TIME(cc_device, last_seen_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When the device last sent a request, accurate to about a minute; null: never."),
  CC_OPT_INT64(cc_device, created_by, .flags = CC_READ_ONLY | CC_NULLABLE,
               .doc = "Id of the account of the member who added the device."),
  CC_TIME(cc_device, created_at, .flags = CC_READ_ONLY, .doc = "When the device was added."),
  CC_TIME(cc_device, updated_at, .flags = CC_READ_ONLY, .doc = "When the object last changed."),
  CC_OPT_TIME(cc_device, revoked_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When it was revoked; null: not revoked."),
  CC_INT64(cc_device, version, .flags = CC_READ_ONLY | CC_VERSION,
           .doc = "Version of the object, incremented by every change. In quotes it is the ETag."),
};
const cc_type cc_device_type =
  CC_TYPE(cc_device, "Device", device_fields,
          .doc = "A phone or tablet that acts for the organization without a person's account.");

static const cc_field device_ref_fields[] = {
  CC_INT64(cc_device_ref, device_id, .flags = CC_REQUIRED, .doc = "Id of the device."),
};
const cc_type cc_device_ref_type = CC_TYPE(cc_device_ref, "DeviceRef", device_ref_fields);

static const cc_field device_patch_fields[] = {
  CC_STRING(cc_device_patch, name, .format = CC_FORMAT_NAME, .min = 1, .max = 100,
            .example = "\"Back door tablet\"", .doc = "Name by which people recognize the device."),
};
const cc_type cc_device_patch_type =
  CC_TYPE(cc_device_patch, "DevicePatch", device_patch_fields);

static const cc_field device_pairing_fields[] = {
  CC_INT64(cc_device_pairing, id, .flags = CC_READ_ONLY, .doc = "Id of the device."),
  CC_STRING(cc_device_pairing, name, .flags = CC_READ_ONLY, .max = 100, .doc = "Name of the object."),
  CC_STRING(cc_device_pairing, pairing_code, .flags = CC_READ_ONLY | CC_SECRET, .max = 20,
            .example = "\"K7QF-2MZX-9HRA\"",
            .doc = "Code to type or scan on the device within ten minutes. It is valid once, and "
                   "no later answer contains it."),
  CC_TIME(cc_device_pairing, pairing_expires_at, .flags = CC_READ_ONLY,
          .doc = "When the pairing code expires."),
};
const cc_type cc_device_pairing_type =
  CC_TYPE(cc_device_pairing, "DevicePairing", device_pairing_fields);

static const cc_field device_pair_fields[] = {
  CC_STRING(cc_device_pair, code, .flags = CC_REQUIRED | CC_WRITE_ONLY | CC_SECRET,
            .format = CC_FORMAT_LINE, .min = 12, .max = 30, .example = "\"K7QF-2MZX-9HRA\"",
            .doc = "The pairing code; case, blanks and hyphens are ignored."),
  CC_STRING(cc_device_pair, name, .format = CC_FORMAT_NAME, .min = 1, .max = 100,
            .example = "\"Kim's phone\"",
            .doc = "New name of the device; left out: the name does not change."),
};
const cc_type cc_device_pair_type = CC_TYPE(cc_device_pair, "DevicePair", device_pair_fields);

static const cc_field device_paired_fields[] = {
  CC_STRING(cc_device_paired, token, .flags = CC_READ_ONLY | CC_SECRET, .max = 100,
            .doc = "The device's token. No later answer contains it."),
  CC_INT64(cc_device_paired, device_id, .flags = CC_READ_ONLY, .doc = "Id of the device."),
  CC_STRING(cc_device_paired, name, .flags = CC_READ_ONLY, .max = 100, .doc = "Name of the object."),
  CC_INT64(cc_device_paired, organization_id, .flags = CC_READ_ONLY,
           .doc = "Id of the device's organization."),
  CC_STRING(cc_device_paired, organization_name, .flags = CC_READ_ONLY, .max = 255,
            .doc = "Name of the organization."),
  CC_ENUM(cc_device_paired, profile, &cc_device_profile_enum, .flags = CC_READ_ONLY,
          .doc = "Profile of the device, which determines its rights: door_list (check-in) or canvass."),
  CC_OBJECT(cc_device_paired, scope, cc_device_scope, &cc_device_scope_type,
            .flags = CC_READ_ONLY, .doc = "Limits in addition to the profile."),
  CC_STRINGS(cc_device_paired, scopes, .names = &cc_right_given_enum, .flags = CC_READ_ONLY,
             .doc = "Names of the rights of the profile."),
};
const cc_type cc_device_paired_type =
  CC_TYPE(cc_device_paired, "DevicePaired", device_paired_fields);

#define ORGS "Organizations"
#define MEMBERS "Members"
#define INVITES "Invitations"
#define TOKENS "Tokens"
#define DEVICES "Devices"
#define NOT_FOUND CC_ERR_BIT(CC_ERR_NOT_FOUND)
#define CONFLICT CC_ERR_BIT(CC_ERR_CONFLICT)
#define PRECONDITION CC_ERR_BIT(CC_ERR_PRECONDITION)

#define PROVEN                                                                                     \
  "422 with code `second_factor_required`: you have a second factor, and making a member an " \
  "owner or an owner something else needs `code` or `recovery_code`."

const cc_op cc_op_create_organization = {
  .id = "createOrganization", .method = CC_POST, .path = "/v1/organizations",
  .body = &cc_organization_type, .reply = &cc_organization_type, .creates = true, .location = &cc_op_get_organization,
  .errors = CONFLICT, .tag = ORGS, .summary = "Create an organization.",
  .doc = "You become its owner, and it becomes the active organization of your session."};
const cc_op cc_op_list_organizations = {
  .id = "listOrganizations", .method = CC_GET, .path = "/v1/organizations",
  .query = &cc_page_query_type, .reply = &cc_membership_type, .shape = CC_REPLY_LIST,
  .tag = ORGS, .summary = "List the organizations that you belong to."};
const cc_op cc_op_get_organization = {
  .id = "getOrganization", .method = CC_GET, .path = "/v1/organization",
  .reply = &cc_organization_type, .errors = NOT_FOUND, .tag = ORGS,
  .summary = "Get your active organization."};
const cc_op cc_op_update_organization = {
  .id = "updateOrganization", .method = CC_PATCH, .path = "/v1/organization",
  .body = &cc_organization_type, .reply = &cc_organization_type,
  .errors = NOT_FOUND | CONFLICT | PRECONDITION, .tag = ORGS,
  .summary = "Change your active organization.",
  .doc = "Only a person can turn `require_second_factor` off, and needs `code` or "
         "`recovery_code`; an API token gets 403 `person_needed`."};
const cc_op cc_op_switch_organization = {
  .id = "switchOrganization", .method = CC_PUT, .path = "/v1/session/organization",
  .body = &cc_organization_choice_type, .reply = &cc_membership_type, .errors = NOT_FOUND,
  .tag = ORGS, .summary = "Select the active organization of your session.",
  .doc = "Changes this session only."};
const cc_op cc_op_leave_organization = {
  .id = "leaveOrganization", .method = CC_POST, .path = "/v1/organization/leave",
  .errors = CONFLICT, .tag = ORGS, .summary = "Leave your active organization.",
  .doc = "The last owner cannot leave (409 last_owner): transfer ownership first."};
const cc_op cc_op_transfer_ownership = {
  .id = "transferOwnership", .method = CC_POST, .path = "/v1/organization/transfer",
  .body = &cc_owner_transfer_type, .errors = NOT_FOUND | CONFLICT, .tag = ORGS,
  .summary = "Make another member an owner and yourself an admin.", .doc = PROVEN};

const cc_op cc_op_list_members = {
  .id = "listMembers", .method = CC_GET, .path = "/v1/members", .query = &cc_member_query_type,
  .reply = &cc_member_type, .shape = CC_REPLY_LIST, .tag = MEMBERS,
  .summary = "List the members of the organization.", .doc = "Devices cannot use this operation (403 `not_for_devices`)."};
const cc_op cc_op_update_member = {
  .id = "updateMember", .method = CC_PATCH, .path = "/v1/members/{user_id}",
  .params = &cc_member_ref_type, .body = &cc_member_patch_type, .reply = &cc_member_type,
  .errors = NOT_FOUND | CONFLICT | PRECONDITION, .tag = MEMBERS,
  .summary = "Change a member's role or rights.",
  .doc = "Only an owner may add, change or remove an owner or an admin. Nobody may give a right "
         "that they do not have. The last owner cannot be changed (409 last_owner). " PROVEN};
const cc_op cc_op_remove_member = {
  .id = "removeMember", .method = CC_DELETE, .path = "/v1/members/{user_id}",
  .params = &cc_member_ref_type, .query = &cc_member_end_query_type,
  .errors = NOT_FOUND | CONFLICT | PRECONDITION, .tag = MEMBERS, .summary = "Remove a member.",
  .doc = "The member loses access at once. Open invitations and pairing codes of the member are "
         "revoked. API tokens that the member created stay valid unless `revoke_tokens` is set; "
         "the owners then get a mail, and the list of tokens marks these tokens with "
         "`maker_left`. Only an owner can remove an owner or an admin. To remove yourself, leave "
         "the organization. 422 with code `second_factor_required`: you have a second factor, so "
         "an owner cannot be removed directly; make the owner an admin with updateMember and "
         "your code, then remove the admin."};

const cc_op cc_op_create_invitation = {
  .id = "createInvitation", .method = CC_POST, .path = "/v1/invitations",
  .body = &cc_invitation_type, .reply = &cc_invitation_type, .creates = true,
  .location = &cc_op_get_invitation, .errors = CONFLICT,
  .tag = INVITES, .summary = "Invite a person by e-mail.",
  .doc = "The mail contains a token that is valid once, for 14 days. 429 with code "
         "`daily_limit`: today's maximum number of invitation mails (the server's setting "
         "INVITATIONS_PER_DAY) has been reached for the organization, for you or for the "
         "address. " PROVEN};
const cc_op cc_op_get_invitation = {
  .id = "getInvitation", .method = CC_GET, .path = "/v1/invitations/{invitation_id}",
  .params = &cc_invitation_ref_type, .reply = &cc_invitation_type, .errors = NOT_FOUND,
  .tag = INVITES, .summary = "Read an invitation."};
const cc_op cc_op_list_invitations = {
  .id = "listInvitations", .method = CC_GET, .path = "/v1/invitations",
  .query = &cc_invitation_query_type, .reply = &cc_invitation_type, .shape = CC_REPLY_LIST,
  .tag = INVITES, .summary = "List invitations."};
const cc_op cc_op_revoke_invitation = {
  .id = "revokeInvitation", .method = CC_DELETE, .path = "/v1/invitations/{invitation_id}",
  .params = &cc_invitation_ref_type, .errors = NOT_FOUND, .tag = INVITES,
  .summary = "Revoke a pending invitation.",
  .doc = "An invitation that was accepted or revoked already is 404."};
const cc_op cc_op_resend_invitation = {
  .id = "resendInvitation", .method = CC_POST, .path = "/v1/invitations/{invitation_id}/resend",
  .params = &cc_invitation_ref_type, .reply = &cc_invitation_type,
  .errors = NOT_FOUND | CONFLICT, .tag = INVITES, .summary = "Send an invitation again.",
  .doc = "The mail has a new token that is valid for 14 days; the token of the earlier mail "
         "becomes invalid. At most once a minute."};
const cc_op cc_op_accept_invitation = {
  .id = "acceptInvitation", .method = CC_POST, .path = "/v1/invitations/accept",
  .body = &cc_invitation_answer_type, .reply = &cc_membership_type,
  .errors = CONFLICT, .tag = INVITES, .summary = "Accept an invitation.",
  .doc = "Your verified e-mail address must be the invited address. The organization becomes the "
         "active organization of your session."};
const cc_op cc_op_decline_invitation = {
  .id = "declineInvitation", .method = CC_POST, .path = "/v1/invitations/decline",
  .body = &cc_invitation_answer_type, .errors = CONFLICT, .tag = INVITES,
  .summary = "Decline an invitation.", .doc = "Needs the token from the mail, but no account."};

const cc_op cc_op_create_api_token = {
  .id = "createApiToken", .method = CC_POST, .path = "/v1/api-tokens",
  .body = &cc_api_token_new_type, .reply = &cc_api_token_made_type, .creates = true,
  .location = &cc_op_get_api_token, .errors = CONFLICT, .tag = TOKENS, .summary = "Create an API token.",
  .doc = "Only this answer contains the token. A token that was created with another token "
         "expires no later than that token. 422 with code `second_factor_required`: you have a "
         "second factor, so `code` or `recovery_code` is needed."};
const cc_op cc_op_get_api_token = {
  .id = "getApiToken", .method = CC_GET, .path = "/v1/api-tokens/{token_id}",
  .params = &cc_api_token_ref_type, .reply = &cc_api_token_type, .errors = NOT_FOUND,
  .tag = TOKENS, .summary = "Read an API token, without the token itself."};
const cc_op cc_op_get_credential = {
  .id = "getCredential", .method = CC_GET, .path = "/v1/credential", .reply = &cc_credential_type,
  .errors = NOT_FOUND, .tag = TOKENS, .summary = "Describe the credential of this request.",
  .doc = "An API token or a device gets its rights and its expiry; so does a session with an "
         "active organization."};
const cc_op cc_op_list_api_tokens = {
  .id = "listApiTokens", .method = CC_GET, .path = "/v1/api-tokens",
  .query = &cc_credential_query_type, .reply = &cc_api_token_type, .shape = CC_REPLY_LIST,
  .tag = TOKENS, .summary = "List API tokens."};
const cc_op cc_op_revoke_api_token = {
  .id = "revokeApiToken", .method = CC_DELETE, .path = "/v1/api-tokens/{token_id}",
  .params = &cc_api_token_ref_type, .errors = NOT_FOUND, .tag = TOKENS,
  .summary = "Revoke an API token.", .doc = "Takes effect at once. Tokens that were created with this token are revoked, too."};

const cc_op cc_op_create_device = {
  .id = "createDevice", .method = CC_POST, .path = "/v1/devices", .body = &cc_device_type,
  .reply = &cc_device_pairing_type, .creates = true, .location = &cc_op_get_device,
  .errors = CONFLICT, .tag = DEVICES, .summary = "Add a device.",
  .doc = "The answer contains the pairing code, which is valid once, for ten minutes."};
const cc_op cc_op_get_device = {
  .id = "getDevice", .method = CC_GET, .path = "/v1/devices/{device_id}",
  .params = &cc_device_ref_type, .reply = &cc_device_type, .errors = NOT_FOUND, .tag = DEVICES,
  .summary = "Read a device."};
const cc_op cc_op_list_devices = {
  .id = "listDevices", .method = CC_GET, .path = "/v1/devices",
  .query = &cc_credential_query_type, .reply = &cc_device_type, .shape = CC_REPLY_LIST,
  .tag = DEVICES, .summary = "List devices."};
const cc_op cc_op_update_device = {
  .id = "updateDevice", .method = CC_PATCH, .path = "/v1/devices/{device_id}",
  .params = &cc_device_ref_type, .body = &cc_device_patch_type, .reply = &cc_device_type,
  .errors = NOT_FOUND | PRECONDITION, .tag = DEVICES, .summary = "Rename a device."};
const cc_op cc_op_revoke_device = {
  .id = "revokeDevice", .method = CC_DELETE, .path = "/v1/devices/{device_id}",
  .params = &cc_device_ref_type, .errors = NOT_FOUND, .tag = DEVICES,
  .summary = "Revoke a device.", .doc = "Takes effect at once. The device deletes its data when its next request is answered with 401."};
const cc_op cc_op_renew_pairing = {
  .id = "renewPairing", .method = CC_POST, .path = "/v1/devices/{device_id}/pairing",
  .params = &cc_device_ref_type, .reply = &cc_device_pairing_type, .errors = NOT_FOUND,
  .tag = DEVICES, .summary = "Create a new pairing code for a device.",
  .doc = "Earlier codes become invalid. A paired device keeps its token until the new code is "
         "used."};
const cc_op cc_op_pair_device = {
  .id = "pairDevice", .method = CC_POST, .path = "/v1/devices/pair",
  .body = &cc_device_pair_type, .reply = &cc_device_paired_type,
  .tag = DEVICES, .summary = "Pair this device with its code.",
  .doc = "Needs no account. A wrong, used or expired code is answered with 422 `unknown_code`."};

/* clang-format on */
