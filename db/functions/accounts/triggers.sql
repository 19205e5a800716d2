-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of the tables of this feature.

-- Signing in is not an edit: it must not move the version under a profile form that is open elsewhere.
CREATE OR REPLACE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW
  WHEN (OLD.* IS DISTINCT FROM NEW.*
        AND OLD.last_login_at IS NOT DISTINCT FROM NEW.last_login_at
        AND OLD.totp_last_step IS NOT DISTINCT FROM NEW.totp_last_step)
  EXECUTE FUNCTION touch();
