/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/api/cc-account.h"

#include "common/api/cc-page.h"

/* clang-format off */

static const char *const session_kind_names[] = {"cookie", "bearer"};
const cc_enum cc_session_kinds = {session_kind_names, CC_N(session_kind_names)};

/* Documentation texts that several field tables share. */
#define DOC_PASSWORD "The account's password."
#define DOC_NEW_PASSWORD \
  "The new password: 12 to 128 characters, any characters. A password that is easy to guess or is on a list of stolen passwords is refused."
#define DOC_CODE "The six-digit code from the authenticator application."
#define DOC_RECOVERY_CODE "A recovery code, in place of `code`. Each recovery code is valid once."
#define DOC_EMAIL "The account's e-mail address; case is ignored."
#define EXAMPLE_EMAIL "\"ann@example.org\""
#define EXAMPLE_PASSWORD "\"seven green boats at dawn\""
#define PASSWORD_FLAGS (CC_REQUIRED | CC_WRITE_ONLY | CC_SECRET)
#define EXAMPLE_MAIL_TOKEN "\"ccm_0AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-AbCdE\""
#define DOC_FACTOR " Needed when the account has a second factor, unless `recovery_code` is sent."

/* Field rows of a body with `code` and `recovery_code` (proof of the second factor). */
#define FACTOR_ROWS(type)                                                                                              \
  CC_STRING(type, code, .flags = CC_NULLABLE | CC_WRITE_ONLY | CC_SECRET, .format = CC_FORMAT_DIGITS, .min = 6, .max = 6, \
            .example = "\"123456\"", .doc = DOC_CODE DOC_FACTOR),                                                      \
  CC_STRING(type, recovery_code, .flags = CC_NULLABLE | CC_WRITE_ONLY | CC_SECRET, .min = 1, .max = 40,                \
            .example = "\"abcd-efgh-ijkl-mnop\"", .doc = DOC_RECOVERY_CODE)

static const cc_field user_fields[] = {
  CC_INT64(cc_user, id, .flags = CC_READ_ONLY, .doc = "Id of the person's account."),
  CC_INT64(cc_user, version, .flags = CC_READ_ONLY | CC_VERSION, .doc = "Version of the account, incremented by every change. In quotes it is the ETag."),
  CC_STRING(cc_user, email, .flags = CC_READ_ONLY, .format = CC_FORMAT_EMAIL, .max = 254, .example = EXAMPLE_EMAIL,
            .doc = "The address for signing in; only changeEmail changes it."),
  CC_OPT_TIME(cc_user, email_verified_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When the person proved with a mailed token that the address is theirs; null: not verified yet."),
  CC_STRING(cc_user, first_name, .flags = CC_REQUIRED, .format = CC_FORMAT_NAME, .min = 1, .max = 100, .example = "\"Ann\"",
            .doc = "Given name."),
  CC_STRING(cc_user, last_name, .flags = CC_REQUIRED, .format = CC_FORMAT_NAME, .min = 1, .max = 100, .example = "\"Lee\"",
            .doc = "Family name."),
  CC_STRING(cc_user, phone, .flags = CC_NULLABLE, .format = CC_FORMAT_PHONE, .max = 32, .example = "\"+16175550123\"",
            .doc = "Telephone number in international form, such as +16175550123. A new number is not verified."),
  CC_OPT_TIME(cc_user, phone_verified_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "When the telephone number was verified; null: it is not."),
  CC_STRING(cc_user, avatar_url, .flags = CC_NULLABLE, .format = CC_FORMAT_URL, .max = 2000,
            .example = "\"https://example.org/ann.png\"", .doc = "URL of a picture of the person."),
  CC_STRING(cc_user, timezone, .format = CC_FORMAT_ZONE, .min = 1, .max = 50, .fallback = "\"America/New_York\"",
            .example = "\"America/New_York\"", .doc = "IANA name of the time zone in which times are shown to the person."),
  CC_JSON(cc_user, notification_preferences, .fallback = "{}", .example = "{\"digest\": \"weekly\"}",
          .doc = "Settings for notifications. Clients define the members; the server stores them without change."),
  CC_OPT_TIME(cc_user, totp_confirmed_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "Time at which the second factor was set up; null: the account has none."),
  CC_OPT_TIME(cc_user, second_factor_ends_at, .flags = CC_READ_ONLY | CC_NULLABLE,
              .doc = "Time from which sign-in needs the password only, after the second factor was reported as lost; null: it was not reported."),
  CC_TIME(cc_user, created_at, .flags = CC_READ_ONLY, .doc = "When the account was created."),
  CC_TIME(cc_user, updated_at, .flags = CC_READ_ONLY, .doc = "When the account last changed."),
  CC_OPT_TIME(cc_user, last_login_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the person last signed in."),
};
const cc_type cc_user_type = CC_TYPE(cc_user, "User", user_fields, .doc = "The account of the signed-in person.");

static const cc_field session_fields[] = {
  CC_INT64(cc_session, id, .flags = CC_READ_ONLY, .doc = "Id of the session."),
  CC_ENUM(cc_session, kind, &cc_session_kinds, .flags = CC_READ_ONLY,
          .doc = "How requests carry the session's token: cookie (browsers) or bearer (Authorization header)."),
  CC_STRING(cc_session, device_name, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 100, .example = "\"Ann's phone\"",
            .doc = "Name that the client sent as `device_name` at sign-in."),
  CC_STRING(cc_session, user_agent, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 300, .doc = "User-Agent header of the sign-in."),
  CC_STRING(cc_session, ip_address, .flags = CC_READ_ONLY | CC_NULLABLE, .max = 64, .example = "\"192.0.2.7\"",
            .doc = "IP address from which the person signed in."),
  CC_OPT_INT64(cc_session, active_organization_id, .flags = CC_READ_ONLY | CC_NULLABLE,
               .doc = "The active organization of the session; null: none."),
  CC_BOOL(cc_session, current, .flags = CC_READ_ONLY, .doc = "True for the session of this request."),
  CC_TIME(cc_session, created_at, .flags = CC_READ_ONLY, .doc = "When the person signed in."),
  CC_OPT_TIME(cc_session, last_seen_at, .flags = CC_READ_ONLY | CC_NULLABLE, .doc = "When the session was last used, approximately."),
  CC_TIME(cc_session, expires_at, .flags = CC_READ_ONLY,
          .doc = "When the session ends, even if it is in use. A session that is not used ends earlier: a cookie session after 2 hours, a bearer session after 30 days."),
};
const cc_type cc_session_type = CC_TYPE(cc_session, "Session", session_fields, .doc = "A session of the person that has not ended.");

static const cc_field session_ref_fields[] = {
  CC_INT64(cc_session_ref, session_id, .flags = CC_REQUIRED, .min = 1, .max = INT64_MAX, .doc = "Id of the session."),
};
const cc_type cc_session_ref_type = CC_TYPE(cc_session_ref, "SessionRef", session_ref_fields);

static const cc_field session_end_query_fields[] = {
  CC_BOOL(cc_session_end_query, keep_current, .fallback = "false", .doc = "End all sessions except the one of this request."),
};
const cc_type cc_session_end_query_type = CC_TYPE(cc_session_end_query, "SessionEndQuery", session_end_query_fields);

static const cc_field register_fields[] = {
  CC_STRING(cc_register, email, .flags = CC_REQUIRED, .format = CC_FORMAT_EMAIL, .max = 254, .example = EXAMPLE_EMAIL,
            .doc = "The new address; a mail is sent to it."),
  CC_STRING(cc_register, password, .flags = PASSWORD_FLAGS, .min = CC_PASSWORD_MIN, .max = CC_PASSWORD_MAX,
            .example = EXAMPLE_PASSWORD, .doc = DOC_NEW_PASSWORD),
  CC_STRING(cc_register, first_name, .flags = CC_REQUIRED, .format = CC_FORMAT_NAME, .min = 1, .max = 100, .example = "\"Ann\"",
            .doc = "Given name."),
  CC_STRING(cc_register, last_name, .flags = CC_REQUIRED, .format = CC_FORMAT_NAME, .min = 1, .max = 100, .example = "\"Lee\"",
            .doc = "Family name."),
  CC_STRING(cc_register, timezone, .format = CC_FORMAT_ZONE, .min = 1, .max = 50, .fallback = "\"America/New_York\"",
            .example = "\"America/New_York\"", .doc = "IANA name of the person's time zone."),
};
const cc_type cc_register_type = CC_TYPE(cc_register, "Register", register_fields, .doc = "Data of a new account.");

static const cc_field sign_in_fields[] = {
  CC_STRING(cc_sign_in, email, .flags = CC_REQUIRED, .format = CC_FORMAT_EMAIL_STORED, .max = 254, .example = EXAMPLE_EMAIL, .doc = DOC_EMAIL),
  CC_STRING(cc_sign_in, password, .flags = PASSWORD_FLAGS, .min = 1, .max = CC_PASSWORD_MAX, .example = EXAMPLE_PASSWORD, .doc = DOC_PASSWORD),
  CC_STRING(cc_sign_in, code, .flags = CC_NULLABLE | CC_WRITE_ONLY | CC_SECRET, .format = CC_FORMAT_DIGITS, .min = 6, .max = 6,
            .example = "\"123456\"", .doc = DOC_CODE " Required when the answer without it is 401 with code `second_factor_required`."),
  CC_STRING(cc_sign_in, recovery_code, .flags = CC_NULLABLE | CC_WRITE_ONLY | CC_SECRET, .min = 1, .max = 40,
            .example = "\"abcd-efgh-ijkl-mnop\"", .doc = DOC_RECOVERY_CODE),
  CC_STRING(cc_sign_in, device_name, .flags = CC_NULLABLE, .format = CC_FORMAT_NAME, .min = 1, .max = 100,
            .example = "\"Ann's phone\"", .doc = "Name of the client in the list of sessions."),
  CC_BOOL(cc_sign_in, cookie, .fallback = "false",
          .doc = "True, for browsers: the token is set as a cookie that scripts cannot read, and "
                 "the reply does not contain it. A cookie session ends after 12 hours, any other "
                 "session after 90 days."),
};
const cc_type cc_sign_in_type = CC_TYPE(cc_sign_in, "SignIn", sign_in_fields, .doc = "Credentials of a person.");

static const cc_field sign_in_reply_fields[] = {
  CC_STRING(cc_sign_in_reply, token, .flags = CC_READ_ONLY | CC_NULLABLE | CC_SECRET, .max = 64,
            .example = "\"ccs_0AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-AbCdE\"",
            .doc = "The session's token, to be sent as `Authorization: Bearer <token>`. No later reply contains it. Null when a cookie was requested."),
  CC_INT64(cc_sign_in_reply, session_id, .flags = CC_READ_ONLY, .doc = "Id of the session, for revokeSession."),
  CC_INT64(cc_sign_in_reply, user_id, .flags = CC_READ_ONLY, .doc = "Id of the person's account."),
  CC_OPT_INT64(cc_sign_in_reply, organization_id, .flags = CC_READ_ONLY | CC_NULLABLE,
               .doc = "Active organization of the session: the organization that the person used last, or the only one; null: none."),
  CC_TIME(cc_sign_in_reply, expires_at, .flags = CC_READ_ONLY, .doc = "When the session ends."),
};
const cc_type cc_sign_in_reply_type =
  CC_TYPE(cc_sign_in_reply, "SignInReply", sign_in_reply_fields, .doc = "The new session.");

static const cc_field accepted_fields[] = {
  CC_STRING(cc_accepted, message, .flags = CC_READ_ONLY, .max = 200, .example = "\"If the address can be used, a mail is on its way.\"",
            .doc = "A message that is the same whether or not the address has an account."),
};
const cc_type cc_accepted_type = CC_TYPE(cc_accepted, "Accepted", accepted_fields, .doc = "The request was accepted. If the address can be used, a mail is sent to it.");

static const cc_field account_email_fields[] = {
  CC_STRING(cc_account_email, email, .flags = CC_REQUIRED, .format = CC_FORMAT_EMAIL_STORED, .max = 254, .example = EXAMPLE_EMAIL, .doc = DOC_EMAIL),
};
const cc_type cc_account_email_type = CC_TYPE(cc_account_email, "AccountEmail", account_email_fields);

#define MAIL_TOKEN_ROW(type, more)                                                                                     \
  CC_STRING(type, token, .flags = CC_REQUIRED | CC_WRITE_ONLY | CC_SECRET, .format = CC_FORMAT_LINE, .min = 1, .max = 64, \
            .example = EXAMPLE_MAIL_TOKEN, .doc = "The token from the mail; it is valid once" more ".")

static const cc_field verify_email_fields[] = {
  MAIL_TOKEN_ROW(cc_verify_email, ""),
  CC_STRING(cc_verify_email, password, .flags = CC_NULLABLE | CC_WRITE_ONLY | CC_SECRET, .min = CC_PASSWORD_MIN,
            .max = CC_PASSWORD_MAX, .example = EXAMPLE_PASSWORD,
            .doc = "For a new account: the password to set, replacing the password of the "
                   "registration. The page that the mail links to should ask for it, because "
                   "anybody can register another person's address. Ignored for a change of "
                   "address."),
};
const cc_type cc_verify_email_type = CC_TYPE(cc_verify_email, "VerifyEmail", verify_email_fields);

static const cc_field end_second_factor_fields[] = {
  MAIL_TOKEN_ROW(cc_end_second_factor, " and for an hour"),
  CC_STRING(cc_end_second_factor, password, .flags = PASSWORD_FLAGS, .min = 1, .max = CC_PASSWORD_MAX, .example = EXAMPLE_PASSWORD,
            .doc = DOC_PASSWORD),
};
const cc_type cc_end_second_factor_type = CC_TYPE(cc_end_second_factor, "EndSecondFactor", end_second_factor_fields);

static const cc_field second_factor_end_fields[] = {
  CC_TIME(cc_second_factor_end, ends_at, .flags = CC_READ_ONLY, .doc = "Time from which sign-in needs the password only."),
};
const cc_type cc_second_factor_end_type =
  CC_TYPE(cc_second_factor_end, "SecondFactorEnd", second_factor_end_fields, .doc = "The end of a second factor that was reported as lost.");

static const cc_field reset_password_fields[] = {
  MAIL_TOKEN_ROW(cc_reset_password, ""),
  CC_STRING(cc_reset_password, password, .flags = PASSWORD_FLAGS, .min = CC_PASSWORD_MIN, .max = CC_PASSWORD_MAX,
            .example = EXAMPLE_PASSWORD, .doc = DOC_NEW_PASSWORD),
};
const cc_type cc_reset_password_type = CC_TYPE(cc_reset_password, "ResetPassword", reset_password_fields);

static const cc_field change_password_fields[] = {
  CC_STRING(cc_change_password, current_password, .flags = PASSWORD_FLAGS, .min = 1, .max = CC_PASSWORD_MAX,
            .example = "\"walk every street\"", .doc = DOC_PASSWORD),
  CC_STRING(cc_change_password, new_password, .flags = PASSWORD_FLAGS, .min = CC_PASSWORD_MIN, .max = CC_PASSWORD_MAX,
            .example = EXAMPLE_PASSWORD, .doc = DOC_NEW_PASSWORD),
  FACTOR_ROWS(cc_change_password),
};
const cc_type cc_change_password_type = CC_TYPE(cc_change_password, "ChangePassword", change_password_fields);

static const cc_field change_email_fields[] = {
  CC_STRING(cc_change_email, password, .flags = PASSWORD_FLAGS, .min = 1, .max = CC_PASSWORD_MAX, .example = EXAMPLE_PASSWORD, .doc = DOC_PASSWORD),
  CC_STRING(cc_change_email, email, .flags = CC_REQUIRED, .format = CC_FORMAT_EMAIL, .max = 254, .example = "\"ann.lee@example.org\"",
            .doc = "The new address. It takes effect when the token that is mailed to it is sent to verifyEmail."),
  FACTOR_ROWS(cc_change_email),
};
const cc_type cc_change_email_type = CC_TYPE(cc_change_email, "ChangeEmail", change_email_fields);

static const cc_field password_proof_fields[] = {
  CC_STRING(cc_password_proof, password, .flags = PASSWORD_FLAGS, .min = 1, .max = CC_PASSWORD_MAX, .example = EXAMPLE_PASSWORD, .doc = DOC_PASSWORD),
};
const cc_type cc_password_proof_type = CC_TYPE(cc_password_proof, "PasswordProof", password_proof_fields);

static const cc_field full_proof_fields[] = {
  CC_STRING(cc_full_proof, password, .flags = PASSWORD_FLAGS, .min = 1, .max = CC_PASSWORD_MAX, .example = EXAMPLE_PASSWORD, .doc = DOC_PASSWORD),
  FACTOR_ROWS(cc_full_proof),
};
const cc_type cc_full_proof_type = CC_TYPE(cc_full_proof, "FullProof", full_proof_fields, .doc = "Password and second factor together.");

static const cc_field totp_start_fields[] = {
  CC_STRING(cc_totp_start, secret, .flags = CC_READ_ONLY | CC_SECRET, .max = 64, .example = "\"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\"",
            .doc = "The shared secret in base32, for typing it into the application."),
  CC_STRING(cc_totp_start, uri, .flags = CC_READ_ONLY | CC_SECRET, .max = 600,
            .example = "\"otpauth://totp/Campaign%20Center:ann%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Campaign%20Center\"",
            .doc = "The secret as an otpauth URI, to be shown as a QR code."),
};
const cc_type cc_totp_start_type = CC_TYPE(cc_totp_start, "TotpStart", totp_start_fields, .doc = "Secret of a new second factor. It becomes active with confirmTotp.");

static const cc_field totp_code_fields[] = {
  CC_STRING(cc_totp_code, code, .flags = CC_REQUIRED | CC_WRITE_ONLY | CC_SECRET, .format = CC_FORMAT_DIGITS, .min = 6, .max = 6,
            .example = "\"123456\"", .doc = DOC_CODE),
};
const cc_type cc_totp_code_type = CC_TYPE(cc_totp_code, "TotpCode", totp_code_fields);

static const cc_field recovery_codes_fields[] = {
  CC_STRINGS(cc_recovery_codes, recovery_codes, .flags = CC_READ_ONLY | CC_SECRET, .max = 10, .example = "[\"abcd-efgh-ijkl-mnop\"]",
             .doc = "Ten codes to sign in with when the authenticator application is lost. Each is valid once. No later reply contains them."),
};
const cc_type cc_recovery_codes_type = CC_TYPE(cc_recovery_codes, "RecoveryCodes", recovery_codes_fields);

/* clang-format on */

#define TAG "Accounts"
#define DOC_SAME_ANSWER                                                                            \
  "The answer and the time it takes are the same whether or not the address has an account. "

const cc_op cc_op_register = {
  .id = "register",
  .method = CC_POST,
  .path = "/v1/auth/register",
  .body = &cc_register_type,
  .reply = &cc_accepted_type,
  .success = 202,
  .errors = CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Register an account.",
  .doc = DOC_SAME_ANSWER "A mail with a token for verifyEmail is sent to the address. Until then "
                         "the person cannot sign in.",
};

const cc_op cc_op_verify_email = {
  .id = "verifyEmail",
  .method = CC_POST,
  .path = "/v1/auth/verify-email",
  .body = &cc_verify_email_type,
  .errors =
    CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Verify an e-mail address.",
  .doc = "Needs the token from the mail that register, resendVerification or changeEmail sent. "
         "Only the token from the newest mail is valid. A new account gets the password of the "
         "registration for which the mail was sent, or `password`. 422 with code "
         "`password_needed`: the address was registered from several networks, so `password` "
         "must be sent. After a change of address all sessions end except the one that requested "
         "it, and the old address gets a mail with a token for undoEmailChange.",
};

const cc_op cc_op_resend_verification = {
  .id = "resendVerification",
  .method = CC_POST,
  .path = "/v1/auth/resend-verification",
  .body = &cc_account_email_type,
  .reply = &cc_accepted_type,
  .success = 202,
  .errors = CC_ERR_BIT(CC_ERR_INVALID),
  .tag = TAG,
  .summary = "Send the verification mail again.",
  .doc = DOC_SAME_ANSWER,
};

const cc_op cc_op_sign_in = {
  .id = "signIn",
  .method = CC_POST,
  .path = "/v1/auth/sign-in",
  .body = &cc_sign_in_type,
  .reply = &cc_sign_in_reply_type,
  .success = 200,
  .errors = CC_ERR_BIT(CC_ERR_UNAUTHENTICATED) | CC_ERR_BIT(CC_ERR_FORBIDDEN) |
            CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Sign in.",
  .doc = "401 with code `wrong_credentials`: address or password is wrong. 401 with code "
         "`second_factor_required`: both are right, and `code` or `recovery_code` is missing. 401 "
         "with code `second_factor_wrong`: the code is wrong. 403 with code `email_unverified`: "
         "the address has not been verified yet. Five attempts in five minutes per account and "
         "address. A person has at most 100 sessions: one more ends the session that was not used "
         "for the longest time.",
};

const cc_op cc_op_sign_out = {
  .id = "signOut",
  .method = CC_POST,
  .path = "/v1/auth/sign-out",
  .tag = TAG,
  .summary = "End the session of this request.",
};

const cc_op cc_op_forgot_password = {
  .id = "forgotPassword",
  .method = CC_POST,
  .path = "/v1/auth/forgot-password",
  .body = &cc_account_email_type,
  .reply = &cc_accepted_type,
  .success = 202,
  .errors = CC_ERR_BIT(CC_ERR_INVALID),
  .tag = TAG,
  .summary = "Request a mail to set a new password.",
  .doc = DOC_SAME_ANSWER "The mail contains a token for resetPassword that is valid for an hour.",
};

const cc_op cc_op_reset_password = {
  .id = "resetPassword",
  .method = CC_POST,
  .path = "/v1/auth/reset-password",
  .body = &cc_reset_password_type,
  .errors = CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Set a new password with a mailed token.",
  .doc = "Ends every session of the account. Does not sign in, and does not remove the second "
         "factor (see loseSecondFactor).",
};

const cc_op cc_op_undo_email_change = {
  .id = "undoEmailChange",
  .method = CC_POST,
  .path = "/v1/auth/undo-email-change",
  .body = &cc_reset_password_type,
  .errors =
    CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Restore the old e-mail address of an account.",
  .doc = "Needs the token that was mailed to the old address; it is valid for seven days. The "
         "account gets its old address back and the password of this request. Every session "
         "ends, and a second factor that was set up after the change is removed.",
};

const cc_op cc_op_lose_second_factor = {
  .id = "loseSecondFactor",
  .method = CC_POST,
  .path = "/v1/auth/lost-second-factor",
  .body = &cc_account_email_type,
  .reply = &cc_accepted_type,
  .success = 202,
  .errors = CC_ERR_BIT(CC_ERR_INVALID),
  .tag = TAG,
  .summary = "Report a second factor as lost, when no recovery code is left.",
  .doc = DOC_SAME_ANSWER "The mail contains a token for endSecondFactor that is valid for an hour.",
};

const cc_op cc_op_end_second_factor = {
  .id = "endSecondFactor",
  .method = CC_POST,
  .path = "/v1/auth/end-second-factor",
  .body = &cc_end_second_factor_type,
  .reply = &cc_second_factor_end_type,
  .success = 200,
  .errors = CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Schedule the removal of a lost second factor in three days.",
  .doc = "Needs the token from the mail and the password. The person gets a notice by mail at "
         "once. If the second factor or a recovery code is used within the three days, the "
         "second factor stays. The first sign-in after the three days removes it and ends every "
         "other session.",
};

const cc_op cc_op_revoke_sessions = {
  .id = "revokeSessions",
  .method = CC_DELETE,
  .path = "/v1/sessions",
  .query = &cc_session_end_query_type,
  .tag = TAG,
  .summary = "End all your sessions.",
  .doc = "Ends all sessions of the person, including the one of this request unless `keep_current` "
         "is set.",
};

const cc_op cc_op_list_sessions = {
  .id = "listSessions",
  .method = CC_GET,
  .path = "/v1/sessions",
  .query = &cc_page_query_type,
  .reply = &cc_session_type,
  .shape = CC_REPLY_LIST,
  .tag = TAG,
  .summary = "List your sessions, newest first.",
};

const cc_op cc_op_revoke_session = {
  .id = "revokeSession",
  .method = CC_DELETE,
  .path = "/v1/sessions/{session_id}",
  .params = &cc_session_ref_type,
  .errors = CC_ERR_BIT(CC_ERR_NOT_FOUND),
  .tag = TAG,
  .summary = "End one of your sessions.",
};

const cc_op cc_op_get_me = {
  .id = "getMe",
  .method = CC_GET,
  .path = "/v1/me",
  .reply = &cc_user_type,
  .tag = TAG,
  .summary = "Read your account.",
};

const cc_op cc_op_update_me = {
  .id = "updateMe",
  .method = CC_PATCH,
  .path = "/v1/me",
  .body = &cc_user_type,
  .reply = &cc_user_type,
  .errors = CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_PRECONDITION),
  .tag = TAG,
  .summary = "Change your account.",
  .doc = "The e-mail address is changed by changeEmail, the password by changePassword.",
};

const cc_op cc_op_change_password = {
  .id = "changePassword",
  .method = CC_POST,
  .path = "/v1/me/password",
  .body = &cc_change_password_type,
  .errors =
    CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Change your password.",
  .doc = "Ends every other session of the account. 422 with code `second_factor_required`: the "
         "account has a second factor, so `code` or `recovery_code` is needed.",
};

const cc_op cc_op_change_email = {
  .id = "changeEmail",
  .method = CC_POST,
  .path = "/v1/me/email",
  .body = &cc_change_email_type,
  .reply = &cc_accepted_type,
  .success = 202,
  .errors = CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Request a change of your e-mail address.",
  .doc = "A mail with a token is sent to the new address, and a notice to the old address. The "
         "old address stays until the token is sent to verifyEmail. 422 with code "
         "`second_factor_required`: the account has a second factor, so `code` or "
         "`recovery_code` is needed.",
};

const cc_op cc_op_start_totp = {
  .id = "startTotp",
  .method = CC_POST,
  .path = "/v1/me/totp",
  .body = &cc_password_proof_type,
  .reply = &cc_totp_start_type,
  .success = 200,
  .errors =
    CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Start setting up a second factor.",
  .doc = "Time-based one-time codes (RFC 6238: SHA-1, six digits, 30 seconds). Sign-in asks for "
         "codes only after confirmTotp.",
};

const cc_op cc_op_confirm_totp = {
  .id = "confirmTotp",
  .method = CC_POST,
  .path = "/v1/me/totp/confirm",
  .body = &cc_totp_code_type,
  .reply = &cc_recovery_codes_type,
  .success = 200,
  .errors = CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_CONFLICT),
  .tag = TAG,
  .summary = "Finish setting up the second factor.",
  .doc = "Ends every other session of the account, as disableTotp and renewRecoveryCodes do.",
};

const cc_op cc_op_disable_totp = {
  .id = "disableTotp",
  .method = CC_POST,
  .path = "/v1/me/totp/disable",
  .body = &cc_full_proof_type,
  .errors =
    CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Remove the second factor.",
};

const cc_op cc_op_renew_recovery_codes = {
  .id = "renewRecoveryCodes",
  .method = CC_POST,
  .path = "/v1/me/recovery-codes",
  .body = &cc_full_proof_type,
  .reply = &cc_recovery_codes_type,
  .success = 200,
  .errors =
    CC_ERR_BIT(CC_ERR_INVALID) | CC_ERR_BIT(CC_ERR_CONFLICT) | CC_ERR_BIT(CC_ERR_UNAVAILABLE),
  .tag = TAG,
  .summary = "Create ten new recovery codes; the old codes become invalid.",
};
