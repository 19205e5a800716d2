-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The voters that people without the right manage_voters may read.

-- Only people with manage_voters may learn where a confidential person lives. The three definitions
-- below apply this rule in three directions: from a place to its people, to a place itself, and
-- from a person to the place.

-- The people who may be shown at a place.
CREATE OR REPLACE VIEW voters_visible WITH (security_invoker = true) AS
SELECT v.* FROM voters v WHERE NOT v.confidential AND v.merged_into IS NULL;
GRANT SELECT ON voters_visible TO campaign_api, campaign_definer;

-- Doors that must not be shown, because a confidential person lives there. One row per such person.
CREATE OR REPLACE VIEW doors_hidden WITH (security_invoker = true) AS
SELECT v.organization_id, v.door_id FROM voters v
WHERE v.confidential AND v.merged_into IS NULL AND v.door_id IS NOT NULL;
GRANT SELECT ON doors_hidden TO campaign_api, campaign_definer;

-- Is the person of this record confidential? A merged record still has its old address, so the
-- surviving voter decides.
CREATE OR REPLACE FUNCTION scope_confidential(organization bigint, voter bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  hidden boolean := false;
  at bigint := voter;
BEGIN
  FOR hop IN 1..20 LOOP -- the same number of steps that voter_current follows
    EXIT WHEN at IS NULL OR hidden;
    SELECT v.confidential, v.merged_into INTO hidden, at FROM voters v
      WHERE v.organization_id = organization AND v.id = at;
  END LOOP;
  RETURN COALESCE(hidden, false);
END
$$;

-- Returns a voter as the reader may see it: without manage_voters a confidential person has no
-- place.
CREATE OR REPLACE FUNCTION voter_shown(v voters, manages boolean) RETURNS voters
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF manages IS NOT TRUE AND (v.confidential OR scope_confidential(v.organization_id, v.merged_into)) THEN
    {Voter.residence: v.@ := #;}
    v.address_key := NULL;
  END IF;
  IF v.vote_history <> '[]' THEN
    -- Files may leave out the voting method; the API always has the member.
    v.vote_history := (SELECT jsonb_agg('{"method": null}' || h.vote ORDER BY h.place)
                       FROM jsonb_array_elements(v.vote_history) WITH ORDINALITY h (vote, place));
  END IF;
  RETURN v;
END
$$;

-- Returns the voters behind the doors of an actor's turfs.
CREATE OR REPLACE FUNCTION scope_voters(organization bigint, actor text, person bigint)
RETURNS TABLE (voter_id bigint)
LANGUAGE sql STABLE
AS $$
  SELECT v.id FROM scope_doors(organization, actor, person) d
  JOIN voters_visible v ON v.organization_id = organization AND v.door_id = d.door_id
$$;

-- Returns the same voters, and people who have moved but are on the turf's list or in the pack that
-- was taken of it.
CREATE OR REPLACE FUNCTION scope_voters_listed(organization bigint, actor text, person bigint)
RETURNS TABLE (voter_id bigint)
LANGUAGE sql STABLE
AS $$
  SELECT l.id::bigint FROM scope_doors(organization, actor, person) d
  CROSS JOIN LATERAL jsonb_array_elements_text(d.voter_ids) l (id)
  UNION ALL
  SELECT p.id FROM scope_turfs(organization, actor, person) t
  JOIN field_grants g ON g.organization_id = organization AND g.actor = scope_voters_listed.actor AND g.kind = 'turf'
    AND g.pack_id = t.id
  CROSS JOIN LATERAL unnest(g.people) p (id)
$$;

-- Does the actor have this voter? Two statements: the first one, which uses three indexes, finds
-- nearly everybody.
CREATE OR REPLACE FUNCTION scope_has_voter(organization bigint, actor text, person bigint, voter bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  IF EXISTS (SELECT FROM scope_voters(organization, actor, person) s WHERE s.voter_id = voter) THEN
    RETURN true;
  END IF;
  RETURN EXISTS (SELECT FROM scope_voters_listed(organization, actor, person) s WHERE s.voter_id = voter);
END
$$;

GRANT EXECUTE ON FUNCTION scope_confidential(bigint,bigint), voter_shown(voters,boolean), scope_voters(bigint,text,bigint),
  scope_voters_listed(bigint,text,bigint),
  scope_has_voter(bigint,text,bigint,bigint)
  TO campaign_api;
