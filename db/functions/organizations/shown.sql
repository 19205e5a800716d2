-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Credentials as the API shows them.

-- maker_left: the person who made the token is no longer a member.
CREATE OR REPLACE VIEW api_tokens_shown WITH (security_invoker = true) AS
SELECT a.organization_id, a.id, a.name, a.token_prefix, a.scopes, a.created_by, a.created_at, a.updated_at, a.last_used_at,
  a.expires_at, a.revoked_at, a.version,
  a.created_by IS NOT NULL AND NOT EXISTS (
    SELECT FROM organization_members m WHERE m.organization_id = a.organization_id AND m.user_id = a.created_by) AS maker_left
FROM api_tokens a;
GRANT SELECT ON api_tokens_shown TO campaign_api;
