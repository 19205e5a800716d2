/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ccd-queries.h"
#include "common/api/cc-account.h"
#include "server/accounts/ccd-accounts.h"

/* Routes of accounts. A person who still has to set up a required second factor may use all of
 * them, because setting it up and signing out are among them. Routes that compute password
 * hashes run on separate threads. */

/* clang-format off */
const ccd_route ccd_accounts_routes[] = {
  {&cc_op_register, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE, .handler = ccd_register, .audit = "account.register",
   .limit = CCD_LIMIT_REGISTER, .hashes = true},
  {&cc_op_verify_email, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE, .handler = ccd_verify_email, .audit = "account.verify_email",
   .limit = CCD_LIMIT_LOGIN, .hashes = true},
  {&cc_op_resend_verification, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE, .handler = ccd_resend_verification,
   .audit = "account.resend_verification", .limit = CCD_LIMIT_LOGIN},
  {&cc_op_sign_in, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE, .handler = ccd_sign_in, .audit = "session.sign_in",
   .limit = CCD_LIMIT_LOGIN, .hashes = true, .secret_reply = true},
  {&cc_op_sign_out, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE, .handler = ccd_sign_out, .audit = "session.sign_out",
   .no_second_factor = true},
  {&cc_op_forgot_password, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE, .handler = ccd_forgot_password,
   .audit = "account.forgot_password", .limit = CCD_LIMIT_LOGIN},
  {&cc_op_reset_password, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE, .handler = ccd_reset_password,
   .audit = "account.reset_password", .limit = CCD_LIMIT_LOGIN, .hashes = true},
  {&cc_op_undo_email_change, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE, .handler = ccd_undo_email_change,
   .audit = "account.undo_email_change", .limit = CCD_LIMIT_LOGIN, .hashes = true},
  {&cc_op_lose_second_factor, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE, .handler = ccd_lose_second_factor,
   .audit = "account.lose_second_factor", .limit = CCD_LIMIT_LOGIN},
  {&cc_op_end_second_factor, .right = CC_RIGHT_PUBLIC, .tx = CCD_WRITE, .handler = ccd_end_second_factor,
   .audit = "account.end_second_factor", .limit = CCD_LIMIT_LOGIN, .hashes = true},

  {&cc_op_list_sessions, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_READ, .query = &ccd_q_session_list, .keyset = {"id"},
   .no_second_factor = true},
  {&cc_op_revoke_sessions, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE, .handler = ccd_revoke_sessions,
   .audit = "session.revoke_all", .no_second_factor = true},
  {&cc_op_revoke_session, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE, .handler = ccd_revoke_session,
   .audit = "session.revoke", .no_second_factor = true},

  {&cc_op_get_me, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_READ, .query = &ccd_q_user_get, .by_key = true, .no_second_factor = true},
  {&cc_op_update_me, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE, .query = &ccd_q_user_update, .audit = "account.update",
   .no_second_factor = true},
  {&cc_op_change_password, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE, .handler = ccd_change_password,
   .audit = "account.change_password", .hashes = true, .no_second_factor = true},
  {&cc_op_change_email, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE, .handler = ccd_change_email,
   .audit = "account.change_email", .hashes = true, .no_second_factor = true},

  {&cc_op_start_totp, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE, .handler = ccd_start_totp, .audit = "account.start_totp",
   .hashes = true, .secret_reply = true, .no_second_factor = true},
  {&cc_op_confirm_totp, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE, .handler = ccd_confirm_totp,
   .audit = "account.confirm_totp", .secret_reply = true, .no_second_factor = true},
  {&cc_op_disable_totp, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE, .handler = ccd_disable_totp,
   .audit = "account.disable_totp", .hashes = true, .no_second_factor = true},
  {&cc_op_renew_recovery_codes, .right = CC_RIGHT_SIGNED_IN, .tx = CCD_WRITE, .handler = ccd_renew_recovery_codes,
   .audit = "account.renew_recovery_codes", .hashes = true, .secret_reply = true, .no_second_factor = true},
  {0},
};
/* clang-format on */
