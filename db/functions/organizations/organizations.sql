-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Creates organizations; keeps their last owner; checks membership.

-- First statement of creating an organization: allocates its id and makes it the organization of
-- the transaction, so that row-level security accepts the following INSERT.
CREATE OR REPLACE FUNCTION organization_begin() RETURNS bigint
LANGUAGE sql VOLATILE
AS $$
  SELECT set_config('app.organization_id', nextval('organizations_id_seq')::text, true)::bigint
$$;

SET LOCAL ROLE campaign_definer;

-- Trigger: an organization always has an owner. Runs after the statement, so that one UPDATE may
-- transfer ownership. Locking the organization makes two owners who leave at the same moment run
-- one after the other; the second one sees the first one's commit. That needs a new snapshot, which
-- REPEATABLE READ would not take.
CREATE OR REPLACE FUNCTION keep_last_owner() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF current_setting('transaction_isolation') = 'repeatable read' THEN
    RAISE EXCEPTION 'owners are changed in READ COMMITTED or SERIALIZABLE' USING ERRCODE = '0A000';
  END IF;
  PERFORM FROM organizations o WHERE o.id = OLD.organization_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN NULL; -- the organization is being deleted together with its members
  END IF;
  IF NOT EXISTS (SELECT FROM organization_members m
                 WHERE m.organization_id = OLD.organization_id AND m.role = 'owner') THEN
    RAISE EXCEPTION 'An organization needs an owner. Make somebody else an owner first.'
      USING ERRCODE = 'CC409', DETAIL = 'last_owner', COLUMN = 'role';
  END IF;
  RETURN NULL;
END
$$;

-- Returns an organization by its slug, for the command line.
CREATE OR REPLACE FUNCTION organization_by_slug(slug text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT o.id FROM organizations o WHERE o.slug = $1 $$;

RESET ROLE;

-- Refuse a person who is not a member. Call it in the WHERE of a statement that assigns something
-- to a person.
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

-- createInvitation checks the same rule before the insert.
COMMENT ON INDEX invitations_email_key IS '[already_invited] An invitation to this address is pending.';
