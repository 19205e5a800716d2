-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of voters, households, tags, lists and consents.

SELECT tenant_triggers('households', 'household',
  secret => '{address_key}',
  silent => '{n_voters}');
SELECT tenant_triggers('voter_sources', 'voter_source');
-- Recording a contact is not an edit of the voter: it must not break If-Match on a form that is
-- open elsewhere.
SELECT tenant_triggers('voters', 'voter',
  secret => '{{Voter.personal},address_key,'
    'support_level,support_at,last_contact_at,last_disposition,reached_at,quiet_until,'
    'contacts_revision}',
  silent => '{support_level,support_at,last_contact_at,last_disposition,reached_at,quiet_until,'
    'contacts_revision}',
  touch_when => 'OLD.* IS DISTINCT FROM NEW.* AND OLD.contacts_revision = NEW.contacts_revision');
SELECT tenant_triggers('phone_flags', 'phone_flag', secret => '{phone}');
SELECT tenant_triggers('tags', 'tag');
SELECT tenant_triggers('voter_tags', 'voter_tag');
SELECT tenant_triggers('voter_lists', 'voter_list');
-- source is secret, because it may quote a person's words.
SELECT tenant_triggers('consents', 'consent', secret => '{address,note,source}',
  touch_when => 'OLD.* IS DISTINCT FROM NEW.* AND current_setting(''app.forget'', true) IS DISTINCT FROM ''on''');
SELECT tenant_triggers('voter_duplicates', 'voter_duplicate');
SELECT tenant_triggers('voter_merges', 'voter_merge',
  secret => '{survivor_before,merged_before,survivor_after,moved}');
DROP TRIGGER IF EXISTS voters_household ON voters;
CREATE CONSTRAINT TRIGGER voters_household AFTER INSERT OR DELETE ON voters
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (current_setting('app.bulk', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION count_household();
DROP TRIGGER IF EXISTS voters_household_change ON voters;
CREATE CONSTRAINT TRIGGER voters_household_change AFTER UPDATE ON voters
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN ((OLD.household_id, OLD.merged_into, OLD.unreachable)
          IS DISTINCT FROM (NEW.household_id, NEW.merged_into, NEW.unreachable)
        AND current_setting('app.bulk', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION count_household();
SELECT released_with('households', 'door_id', 'doors');
SELECT released_with('voters', 'household_id', 'households');
SELECT released_with('voters', 'door_id', 'doors');
SELECT budgeted('tags', 'TAGS_PER_ORGANIZATION', 'Tags of this organization', 'Delete unused tags.');
SELECT budgeted('voter_lists', 'LISTS_PER_ORGANIZATION', 'Saved lists of this organization', 'Delete unused lists.');
