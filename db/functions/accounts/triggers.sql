-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of the tables of accounts.

-- Signing in must not change `version`: it would break If-Match on a profile form that is open
-- elsewhere.
CREATE OR REPLACE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW
  WHEN (OLD.* IS DISTINCT FROM NEW.*
        AND (OLD.totp_confirmed_at IS DISTINCT FROM NEW.totp_confirmed_at
          OR (OLD.last_login_at IS NOT DISTINCT FROM NEW.last_login_at
              AND OLD.totp_last_step IS NOT DISTINCT FROM NEW.totp_last_step)))
  EXECUTE FUNCTION touch();

CREATE OR REPLACE TRIGGER email_tokens_one_live BEFORE INSERT ON email_tokens FOR EACH ROW
  EXECUTE FUNCTION email_token_one_live();
