/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "server/engine/ccd-server.h"

/* Declarations shared by the files of this folder. See docs/internals/accounts.md. */

extern const ccd_route ccd_accounts_routes[];

/* Handlers. */
ccd_handler ccd_register;
ccd_handler ccd_verify_email;
ccd_handler ccd_resend_verification;
ccd_handler ccd_forgot_password;
ccd_handler ccd_reset_password;
ccd_handler ccd_sign_in;
ccd_handler ccd_sign_out;
ccd_handler ccd_revoke_session;
ccd_handler ccd_revoke_sessions;
ccd_handler ccd_undo_email_change;
ccd_handler ccd_lose_second_factor;
ccd_handler ccd_end_second_factor;
ccd_handler ccd_change_password;
ccd_handler ccd_change_email;
ccd_handler ccd_start_totp;
ccd_handler ccd_confirm_totp;
ccd_handler ccd_disable_totp;
ccd_handler ccd_renew_recovery_codes;
