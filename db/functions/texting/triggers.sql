-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of text campaigns.

SELECT tenant_triggers('text_campaigns', 'text_campaign');
SELECT tenant_triggers('text_texters', 'text_texter',
  silent => '{last_active_at}',
  touch_when => 'OLD.left_at IS DISTINCT FROM NEW.left_at');
SELECT tenant_triggers('text_conversations', 'text_conversation', secret => '{phone}');
CREATE OR REPLACE TRIGGER text_campaigns_moves BEFORE UPDATE OF state ON text_campaigns FOR EACH ROW
  EXECUTE FUNCTION state_move_check('text_campaign');
SELECT released_with('text_campaigns', 'list_id', 'voter_lists');
