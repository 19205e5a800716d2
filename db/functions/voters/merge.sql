-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Merged records: the surviving voter, and the values that it has from the merged records.

-- Returns the surviving voter of a record: contacts and turf of a merged voter belong to the
-- survivor.
CREATE OR REPLACE FUNCTION voter_current(organization bigint, voter bigint) RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  at bigint;
  next_one bigint := voter;
BEGIN
  FOR i IN 0 .. 20 LOOP
    EXIT WHEN next_one IS NULL;
    SELECT v.id, v.merged_into INTO at, next_one FROM voters v WHERE v.organization_id = organization AND v.id = next_one;
  END LOOP;
  RETURN at;
END
$$;

-- Returns the voter and all records merged into it; their contacts are the voter's history.
-- PL/pgSQL keeps the plan.
CREATE OR REPLACE FUNCTION voter_and_merged(organization bigint, voter bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 2
AS $$
BEGIN
  RETURN QUERY WITH RECURSIVE chain (id, depth) AS (
    SELECT voter, 0
    UNION
    SELECT g.merged_id, c.depth + 1 FROM chain c
    JOIN voter_merges g ON g.organization_id = organization AND g.survivor_id = c.id AND g.undone_at IS NULL
    WHERE c.depth < 20)
  SELECT c.id FROM chain c;
END
$$;

-- Was the person of this record erased? Also works for records that were deleted.
CREATE OR REPLACE FUNCTION voter_erased(organization bigint, voter bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM erasures e WHERE e.organization_id = organization AND e.voter_ids @> to_jsonb(voter));
END
$$;

-- Follow merges: contacts recorded offline may carry the id of a voter that has since been merged.
-- Returns the surviving voter; raises an error for an unknown id or an erased person.
CREATE OR REPLACE FUNCTION voter_survivor(organization bigint, voter bigint) RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  survivor constant bigint := voter_current(organization, voter);
BEGIN
  IF survivor IS NULL OR voter_erased(organization, survivor) THEN
    PERFORM refuse_field('voter_id', 'unknown_reference', 'There is no such person in the voter file.');
  END IF;
  RETURN survivor;
END
$$;

-- Returns the survivor with its empty columns filled from the other record: the survivor's own
-- values are kept, lists are joined, and protections (confidential, unreachable) of both apply.
-- Columns derived from contacts are computed afterwards.
CREATE OR REPLACE FUNCTION voter_merged(s voters, m voters) RETURNS voters
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  home boolean := s.address IS NULL AND s.address_key IS NULL;
  filled jsonb;
  kept jsonb;
BEGIN
  SELECT COALESCE(jsonb_object_agg(o.key, o.value), '{}') INTO filled
    FROM jsonb_each(to_jsonb(m)) o
    WHERE (o.key = ANY ('{{Voter.mergeable},address_key}'))
      AND o.key <> ALL ('{support_level,support_at,last_contact_at,last_disposition,reached_at,quiet_until}')
      AND (home OR o.key <> ALL ('{address,unit,city,state,zip5,zip4,address_key,door_id,household_id,moved_at}'))
      AND o.value NOT IN ('null', '""', '[]', '{}') AND to_jsonb(s) -> o.key IN ('null', '""', '[]', '{}');
  kept := jsonb_build_object(
    'phones', (SELECT COALESCE(jsonb_agg(p.value ORDER BY p.place), '[]') FROM (
       SELECT e.value, min(e.place) AS place FROM jsonb_array_elements(s.phones || m.phones) WITH ORDINALITY e (value, place)
       GROUP BY e.value) p),
    'emails', (SELECT COALESCE(jsonb_agg(p.value ORDER BY p.place), '[]') FROM (
       SELECT e.value, min(e.place) AS place FROM jsonb_array_elements(s.emails || m.emails) WITH ORDINALITY e (value, place)
       GROUP BY e.value) p),
    'vote_history', (SELECT COALESCE(jsonb_agg(p.value ORDER BY p.place), '[]') FROM (
       SELECT DISTINCT ON (e.value ->> 'election') e.value, e.place
       FROM jsonb_array_elements(s.vote_history || m.vote_history) WITH ORDINALITY e (value, place)
       ORDER BY e.value ->> 'election', e.place) p),
    'districts', m.districts || s.districts, 'custom', m.custom || s.custom,
    'confidential', s.confidential OR m.confidential, 'unreachable', COALESCE(s.unreachable, m.unreachable),
    'contacts_revision', s.contacts_revision + 1);
  RETURN jsonb_populate_record(s, filled || kept);
END
$$;

-- Returns a list or object without the values that a merge or import added; later changes stay.
CREATE OR REPLACE FUNCTION value_without(value jsonb, before jsonb, after jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE jsonb_typeof(value)
    WHEN 'array' THEN (
      SELECT COALESCE(jsonb_agg(e.value ORDER BY e.place), '[]')
      FROM jsonb_array_elements(value) WITH ORDINALITY e (value, place)
      WHERE before @> jsonb_build_array(e.value) OR NOT after @> jsonb_build_array(e.value))
    ELSE (
      SELECT COALESCE(jsonb_object_agg(e.key, COALESCE(before -> e.key, e.value)), '{}') FROM jsonb_each(value) e
      WHERE before ? e.key OR after -> e.key IS DISTINCT FROM e.value) END
$$;

-- Returns a voter without the values that a merge or import wrote; @before and @after contain the
-- written columns. Later changes stay. Lists are compared by member, address and birth date each as
-- a whole, other values by column.
CREATE OR REPLACE FUNCTION voter_without(v voters, before jsonb, after jsonb) RETURNS voters
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  own constant jsonb := to_jsonb(v);
  changed constant text[] := ARRAY(SELECT o.key FROM jsonb_each(own) o WHERE o.value <> after -> o.key);
  kept text[] := '{id,organization_id,version,updated_at,contacts_revision}'::text[];
BEGIN
  IF changed && '{address,unit,address_key,door_id}' THEN
    kept := kept || '{address,unit,city,state,zip5,zip4,address_key,door_id,household_id,moved_at}'::text[];
  END IF;
  IF changed && '{birth_date,birth_year}' THEN
    kept := kept || '{birth_date,birth_year}'::text[];
  END IF;
  RETURN jsonb_populate_record(v, (
    SELECT COALESCE(jsonb_object_agg(o.key, CASE
        WHEN o.value = after -> o.key THEN before -> o.key
        WHEN jsonb_typeof(o.value) IN ('array', 'object') THEN value_without(o.value, before -> o.key, after -> o.key)
        ELSE o.value END), '{}')
    FROM jsonb_each(own) o
    WHERE o.key <> ALL (kept) AND before -> o.key IS DISTINCT FROM after -> o.key));
END
$$;

-- Replace the whole row of a voter; touch increments the version.
CREATE OR REPLACE FUNCTION voter_put(v voters) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  v := home_current(v); -- a place may have been merged since the row was stored
  UPDATE voters o SET {Voter.mergeable: @ = v.@}, address_key = v.address_key
    WHERE o.organization_id = v.organization_id AND o.id = v.id;
  -- This update is separate, because an update of the revision does not increment the version, but
  -- here both must change.
  UPDATE voters o SET contacts_revision = o.contacts_revision + 1
    WHERE o.organization_id = v.organization_id AND o.id = v.id;
END
$$;

-- After an import or its undo has changed a merged record: update the values that the survivor has
-- from this record.
CREATE OR REPLACE FUNCTION voter_merge_follow(was voters, is_now voters) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  g voter_merges;
  s voters;
  made voters;
BEGIN
  SELECT x.* INTO g FROM voter_merges x
    WHERE x.organization_id = is_now.organization_id AND x.merged_id = is_now.id AND x.undone_at IS NULL;
  IF NOT FOUND OR was IS NOT DISTINCT FROM is_now THEN
    RETURN;
  END IF;
  SELECT v.* INTO s FROM voters v WHERE v.organization_id = g.organization_id AND v.id = g.survivor_id FOR UPDATE;
  -- First compute the record as it would be without the merge.
  is_now.merged_into := NULL;
  is_now.unreachable := CASE is_now.unreachable WHEN 'merged' THEN g.merged_before ->> 'unreachable' ELSE is_now.unreachable END;
  made := voter_merged(voter_without(s, g.survivor_before, g.survivor_after), is_now);
  -- A state id is unique. Merges and their undo pass it on, so a survivor that was itself merged
  -- has no state id any more.
  made.state_id := s.state_id;
  UPDATE voter_merges x SET survivor_after = x.survivor_after || (
      SELECT COALESCE(jsonb_object_agg(n.key, n.value), '{}') FROM jsonb_each(to_jsonb(made)) n
      WHERE n.value IS DISTINCT FROM to_jsonb(s) -> n.key AND n.key <> 'contacts_revision')
    WHERE x.organization_id = g.organization_id AND x.id = g.id;
  PERFORM voter_put(made);
  PERFORM households_count(g.organization_id, ARRAY[s.household_id, made.household_id]); -- the import fires no triggers, so this is called directly
  PERFORM voter_merge_follow(s, made);
END
$$;

GRANT EXECUTE ON FUNCTION voter_current(bigint,bigint), voter_and_merged(bigint,bigint), voter_erased(bigint,bigint), voter_survivor(bigint,bigint),
  voter_merged(voters,voters), value_without(jsonb,jsonb,jsonb), voter_without(voters,jsonb,jsonb), voter_put(voters),
  voter_merge_follow(voters,voters)
  TO campaign_api;
