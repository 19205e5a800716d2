-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of organizations, members, invitations, API tokens and devices.

SELECT tenant_triggers('organizations', 'organization', organization_column => 'id');
SELECT tenant_triggers('organization_members', 'member');
SELECT tenant_triggers('invitations', 'invitation', secret => '{email,message,token_hash}');
-- Using a token is not an edit, so it must not change `version`.
SELECT tenant_triggers('api_tokens', 'api_token',
  secret => '{token_hash}',
  silent => '{last_used_at}',
  touch_when => 'OLD.* IS DISTINCT FROM NEW.* AND OLD.last_used_at IS NOT DISTINCT FROM NEW.last_used_at');
SELECT tenant_triggers('devices', 'device',
  secret => '{token_hash,pairing_hash}',
  silent => '{last_seen_at}',
  touch_when => 'OLD.* IS DISTINCT FROM NEW.* AND OLD.last_seen_at IS NOT DISTINCT FROM NEW.last_seen_at');
CREATE OR REPLACE TRIGGER organization_members_keep_last_owner_update AFTER UPDATE ON organization_members FOR EACH ROW
  WHEN (OLD.role = 'owner' AND (NEW.role <> 'owner' OR NEW.organization_id <> OLD.organization_id))
  EXECUTE FUNCTION keep_last_owner();
CREATE OR REPLACE TRIGGER organization_members_keep_last_owner_delete AFTER DELETE ON organization_members FOR EACH ROW
  WHEN (OLD.role = 'owner') EXECUTE FUNCTION keep_last_owner();
SELECT budgeted('api_tokens', 'TOKENS_PER_ORGANIZATION', 'API tokens of this organization', 'Revoke unused tokens.', 'revoked_at IS NULL');
SELECT budgeted('devices', 'DEVICES_PER_ORGANIZATION', 'Devices of this organization', 'Revoke unused devices.', 'revoked_at IS NULL');
