-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of contacts, consent and follow-ups.

SELECT tenant_triggers('voter_contacts', 'contact',
  secret => '{phone,note,answers,support_level,latitude,longitude}',
  silent => '{holds}',
  touch_when => 'OLD.* IS DISTINCT FROM NEW.* AND OLD.holds = NEW.holds AND current_setting(''app.forget'', true) IS DISTINCT FROM ''on''');
SELECT tenant_triggers('follow_ups', 'follow_up', secret => '{note}');
-- Contacts are append-only. Exceptions: the column holds, which changes when a contact is corrected
-- or undone, and updates while app.forget is on (purge, erasure, merge of addresses).
CREATE OR REPLACE TRIGGER voter_contacts_append_only BEFORE UPDATE ON voter_contacts FOR EACH ROW
  WHEN (OLD.holds = NEW.holds AND current_setting('app.forget', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION refuse_change();
