-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Making an organization, its last owner, its members.

-- First statement of creating an organization: takes its id and makes it the tenant for the rest of the
-- transaction, so that the INSERT that follows passes the policy.
CREATE OR REPLACE FUNCTION organization_begin() RETURNS bigint
LANGUAGE sql VOLATILE
AS $$
  SELECT set_config('app.organization_id', nextval('organizations_id_seq')::text, true)::bigint
$$;

SET LOCAL ROLE campaign_definer;

-- An organization always has an owner. Runs after the statement, so one UPDATE may pass ownership on.
-- Locking the organization puts two owners who leave at the same moment in order; the second one counts
-- with the first one's commit in sight. That needs a fresh snapshot, which REPEATABLE READ does not take.
CREATE OR REPLACE FUNCTION keep_last_owner() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF current_setting('transaction_isolation') = 'repeatable read' THEN
    RAISE EXCEPTION 'owners are changed in READ COMMITTED or SERIALIZABLE' USING ERRCODE = '0A000';
  END IF;
  PERFORM FROM organizations o WHERE o.id = OLD.organization_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN NULL; -- the organization itself is going, and its members with it
  END IF;
  IF NOT EXISTS (SELECT FROM organization_members m
                 WHERE m.organization_id = OLD.organization_id AND m.role = 'owner') THEN
    RAISE EXCEPTION 'An organization needs an owner. Make somebody else an owner first.'
      USING ERRCODE = 'CC409', DETAIL = 'last_owner', COLUMN = 'role';
  END IF;
  RETURN NULL;
END
$$;

-- For the command line, which is told an organization's slug.
CREATE OR REPLACE FUNCTION organization_by_slug(slug text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT o.id FROM organizations o WHERE o.slug = $1 $$;

RESET ROLE;

-- Stands in the WHERE of a statement that gives something to somebody.
CREATE OR REPLACE FUNCTION assert_member(organization bigint, person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF person IS NOT NULL AND NOT EXISTS (
    SELECT FROM organization_members m WHERE m.organization_id = organization AND m.user_id = person) THEN
    PERFORM refuse_field('assigned_user_id', 'unknown_reference', 'This person is no member of the organization.');
  END IF;
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION organization_begin(), assert_member(bigint,bigint)
  TO campaign_api;

SET LOCAL ROLE campaign_definer;

GRANT EXECUTE ON FUNCTION keep_last_owner()
  TO campaign_owner;

GRANT EXECUTE ON FUNCTION organization_by_slug(text)
  TO campaign_api;

RESET ROLE;

-- What createInvitation says too, before the index is asked.
COMMENT ON INDEX invitations_email_key IS '[already_invited] An invitation to this address is pending.';
