-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of packs and uploads.

SELECT tenant_triggers('field_grants', 'pack', secret => '{doors,people}');
SELECT tenant_triggers('field_conflicts', 'conflict',
  secret => '{actor_name,current_actor_name,theirs,current,resolution,resolution_note}');
SELECT tenant_triggers('field_notes', 'field_note', secret => '{note}',
  touch_when => 'OLD.* IS DISTINCT FROM NEW.* AND current_setting(''app.forget'', true) IS DISTINCT FROM ''on''');
