-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Finds actors: functions that look up a session, token, device or invitation before the
-- organization is known, and the name of an actor.

SET LOCAL ROLE campaign_definer;

-- Returns the session with this token's hash. The role is read from the membership at every call: a
-- removed member loses every right with the commit of the removal, although the session continues
-- without an organization.
CREATE OR REPLACE FUNCTION session_by_token(hash bytea) RETURNS TABLE (
  session_id bigint, user_id bigint, organization_id bigint, role text, permissions jsonb,
  expires_at timestamptz, kind text, require_second_factor boolean, has_second_factor boolean)
LANGUAGE plpgsql STABLE ROWS 1 SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT s.id, s.user_id, m.organization_id, m.role, m.permissions, s.expires_at, s.kind,
         COALESCE(o.require_second_factor, false),
         second_factor_holds(u.totp_confirmed_at, u.second_factor_ends_at)
  FROM sessions s
  JOIN users u ON u.id = s.user_id
  LEFT JOIN organization_members m ON m.organization_id = s.active_organization_id AND m.user_id = s.user_id
  LEFT JOIN organizations o ON o.id = m.organization_id
  WHERE s.token_hash = $1 AND session_lives(s.kind, s.expires_at, s.last_seen_at, s.revoked_at);
END
$$;

CREATE OR REPLACE FUNCTION api_token_by_hash(hash bytea) RETURNS TABLE (
  id bigint, organization_id bigint, scopes jsonb, expires_at timestamptz)
LANGUAGE plpgsql STABLE ROWS 1 SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT t.id, t.organization_id, t.scopes, t.expires_at FROM api_tokens t
  WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now());
END
$$;

CREATE OR REPLACE FUNCTION device_by_hash(hash bytea) RETURNS TABLE (
  id bigint, organization_id bigint, scopes jsonb, profile text, scope jsonb)
LANGUAGE plpgsql STABLE ROWS 1 SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT d.id, d.organization_id, d.scopes, d.profile, d.scope FROM devices d
  WHERE d.token_hash = $1 AND d.revoked_at IS NULL;
END
$$;

CREATE OR REPLACE FUNCTION device_by_pairing(hash bytea) RETURNS TABLE (organization_id bigint, id bigint)
LANGUAGE plpgsql STABLE ROWS 1 SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT d.organization_id, d.id FROM devices d
  WHERE d.pairing_hash = $1 AND d.pairing_expires_at > now() AND d.revoked_at IS NULL;
END
$$;

-- Returns the invitation with this token's hash, even if it can no longer be accepted: the server
-- reports the reason.
CREATE OR REPLACE FUNCTION invitation_by_token(hash bytea) RETURNS TABLE (
  organization_id bigint, id bigint, email text, status text, expires_at timestamptz, role text,
  permissions jsonb, organization_name text)
LANGUAGE plpgsql STABLE ROWS 1 SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT i.organization_id, i.id, i.email, i.status, i.expires_at, i.role, i.permissions, o.name
  FROM invitations i JOIN organizations o ON o.id = i.organization_id
  WHERE i.token_hash = $1;
END
$$;

RESET ROLE;

CREATE OR REPLACE FUNCTION actor_name(organization bigint, actor text) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  number bigint := NULLIF(split_part(actor, ':', 2), '')::bigint;
BEGIN
  RETURN CASE split_part(actor, ':', 1)
    WHEN 'user' THEN (SELECT concat_ws(' ', u.first_name, u.last_name) FROM users u WHERE u.id = number)
    WHEN 'token' THEN (SELECT t.name FROM api_tokens t WHERE t.organization_id = organization AND t.id = number)
    WHEN 'device' THEN (SELECT d.name FROM devices d WHERE d.organization_id = organization AND d.id = number)
  END;
END
$$;

GRANT EXECUTE ON FUNCTION actor_name(bigint,text)
  TO campaign_api;

SET LOCAL ROLE campaign_definer;

GRANT EXECUTE ON FUNCTION session_by_token(bytea), api_token_by_hash(bytea), device_by_hash(bytea),
  device_by_pairing(bytea), invitation_by_token(bytea)
  TO campaign_api;

RESET ROLE;
