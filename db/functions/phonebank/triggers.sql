-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of phone banks.

SELECT tenant_triggers('phone_bank_sessions', 'phone_bank');
SELECT tenant_triggers('phone_bank_callers', 'phone_bank_caller',
  silent => '{last_active_at}',
  touch_when => 'OLD.left_at IS DISTINCT FROM NEW.left_at');
SELECT released_with('phone_bank_sessions', 'list_id', 'voter_lists');
CREATE OR REPLACE TRIGGER phone_bank_sessions_moves BEFORE UPDATE OF state ON phone_bank_sessions FOR EACH ROW
  EXECUTE FUNCTION state_move_check('phone_bank');
