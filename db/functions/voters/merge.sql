-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Merging two records of one person, and undoing the merge.

CREATE OR REPLACE FUNCTION merge_refuse(code text, message text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '%', message USING ERRCODE = 'CC409', DETAIL = code;
END
$$;

-- The survivor with its blanks filled from the other: values of the survivor win, lists are joined, and what
-- protects the person (confidential, unreachable, quiet) holds of both. Of contacts the later one tells.
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
    'quiet_until', GREATEST(s.quiet_until, m.quiet_until), 'reached_at', GREATEST(s.reached_at, m.reached_at),
    'contacts_revision', s.contacts_revision + 1);
  IF m.last_contact_at > COALESCE(s.last_contact_at, '-infinity') THEN
    kept := kept || jsonb_build_object('last_contact_at', m.last_contact_at, 'last_disposition', m.last_disposition);
  END IF;
  IF m.support_at > COALESCE(s.support_at, '-infinity') THEN
    kept := kept || jsonb_build_object('support_at', m.support_at, 'support_level', m.support_level);
  END IF;
  RETURN jsonb_populate_record(s, filled || kept);
END
$$;

-- Refuses two records that cannot be one person.
CREATE OR REPLACE FUNCTION voter_merge_check(s voters, m voters) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  IF s.id = m.id THEN
    PERFORM merge_refuse('same_voter', 'These are one and the same voter.');
  ELSIF s.merged_into IS NOT NULL OR m.merged_into IS NOT NULL THEN
    PERFORM merge_refuse('voter_merged', 'One of them was merged into another already.');
  ELSIF s.state_id <> m.state_id AND (s.first_name, s.last_name, s.birth_date) IS DISTINCT FROM
        (m.first_name, m.last_name, m.birth_date) THEN
    PERFORM merge_refuse('two_state_ids', 'The state knows them as two people, with different names or birthdays.');
  END IF;
END
$$;

-- Moves what hangs on the merged record to the survivor; answers which rows, for the undo. Consents go on as new rows
-- of the log, with the time of the old ones: a withdrawal of either holds.
CREATE OR REPLACE FUNCTION voter_merge_move(organization bigint, survivor bigint, merged bigint, actor text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  moved jsonb;
BEGIN
  WITH gone AS (DELETE FROM voter_tags t WHERE t.organization_id = organization AND t.voter_id = merged
                RETURNING t.tag_id),
  come AS (INSERT INTO voter_tags (organization_id, voter_id, tag_id) SELECT organization, survivor, gone.tag_id FROM gone
           ON CONFLICT (organization_id, voter_id, tag_id) DO NOTHING RETURNING tag_id),
  follow AS (UPDATE follow_ups f SET voter_id = survivor WHERE f.organization_id = organization
             AND f.voter_id = merged RETURNING f.id)
  SELECT jsonb_build_object('tags', ARRAY(SELECT tag_id FROM gone), 'tags_new', ARRAY(SELECT tag_id FROM come),
                            'follow_ups', ARRAY(SELECT id FROM follow)) INTO moved;
  INSERT INTO consents (organization_id, voter_id, address, channel, purpose, state, source, note, occurred_at, actor)
    SELECT organization, survivor, c.address, c.channel, c.purpose, c.state, left('merged: ' || c.source, 200), c.note,
           c.occurred_at, voter_merge_move.actor
    FROM consents c WHERE c.organization_id = organization AND c.voter_id = merged ORDER BY c.occurred_at, c.id;
  INSERT INTO phone_flags (organization_id, phone, flag, voter_id, at)
    SELECT organization, p.phone, p.flag, survivor, p.at FROM phone_flags p
    WHERE p.organization_id = organization AND p.voter_id = merged ON CONFLICT DO NOTHING;
  RETURN moved;
END
$$;

-- Merges @merged into @survivor. Contacts are append-only and name their own row: readers ask voter_and_merged.
CREATE OR REPLACE FUNCTION voter_merge(organization bigint, survivor bigint, merged bigint, by_user bigint, actor text)
RETURNS SETOF voter_merges
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  s voters;
  m voters;
  after voters;
  made voter_merges;
  moved jsonb;
BEGIN
  PERFORM FROM voters v WHERE v.organization_id = organization AND v.id IN (survivor, merged) ORDER BY v.id FOR UPDATE;
  SELECT v.* INTO s FROM voters v WHERE v.organization_id = organization AND v.id = survivor;
  SELECT v.* INTO m FROM voters v WHERE v.organization_id = organization AND v.id = merged;
  IF s.id IS NULL OR m.id IS NULL THEN
    RAISE EXCEPTION 'There is no such voter.' USING ERRCODE = 'CC422', DETAIL = 'unknown_reference',
      COLUMN = CASE WHEN s.id IS NULL THEN 'survivor_id' ELSE 'merged_id' END;
  END IF;
  SELECT g.* INTO made FROM voter_merges g
    WHERE g.organization_id = organization AND g.merged_id = merged AND g.undone_at IS NULL;
  IF made.survivor_id = survivor THEN
    RETURN NEXT made;
    RETURN;
  END IF;
  PERFORM voter_merge_check(s, m);
  after := voter_merged(s, m);
  -- First the one that goes, since a state id is there once.
  UPDATE voters v SET merged_into = survivor, unreachable = 'merged',
      state_id = CASE WHEN s.state_id IS NULL THEN NULL ELSE v.state_id END
    WHERE v.organization_id = organization AND v.id = merged;
  PERFORM voter_put(after);
  moved := voter_merge_move(organization, survivor, merged, actor);
  UPDATE voter_duplicates d SET state = CASE WHEN (d.voter_id, d.other_id) = (LEAST(survivor, merged), GREATEST(survivor, merged))
      THEN 'merged' ELSE 'dismissed' END, decided_by = by_user, decided_at = now()
    WHERE d.organization_id = organization AND merged IN (d.voter_id, d.other_id) AND d.state = 'open';
  SELECT v.* INTO after FROM voters v WHERE v.organization_id = organization AND v.id = survivor;
  INSERT INTO voter_merges AS g (organization_id, survivor_id, merged_id, survivor_before, merged_before, survivor_after,
      moved, merged_by)
    VALUES (organization, survivor, merged, to_jsonb(s), to_jsonb(m), to_jsonb(after), moved, by_user)
    RETURNING g.* INTO made;
  RETURN NEXT made;
END
$$;

-- Writes a whole row over the voter of its number; touch keeps the version.
CREATE OR REPLACE FUNCTION voter_put(v voters) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE voters o SET {Voter.mergeable: @ = v.@}, address_key = v.address_key
    WHERE o.organization_id = v.organization_id AND o.id = v.id;
  -- Apart: a change of the revision does not raise the version, and this must do both.
  UPDATE voters o SET contacts_revision = o.contacts_revision + 1
    WHERE o.organization_id = v.organization_id AND o.id = v.id;
END
$$;

-- Both as they were. Where the survivor was changed since, its newer value stays. Tags and follow-ups go back;
-- consents stay with both, since the log forgets nothing. No row: there is no such merge.
CREATE OR REPLACE FUNCTION voter_merge_undo(organization bigint, merge bigint, by_user bigint) RETURNS SETOF voter_merges
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  g voter_merges;
  s voters;
  back jsonb;
BEGIN
  SELECT x.* INTO g FROM voter_merges x WHERE x.organization_id = organization AND x.id = merge FOR UPDATE;
  IF g.id IS NULL OR g.undone_at IS NOT NULL THEN
    IF g.id IS NOT NULL THEN
      RETURN NEXT g;
    END IF;
    RETURN;
  END IF;
  SELECT v.* INTO s FROM voters v WHERE v.organization_id = organization AND v.id = g.survivor_id FOR UPDATE;
  IF s.merged_into IS NOT NULL THEN
    PERFORM merge_refuse('survivor_merged', 'The survivor was merged further: undo that first.');
  END IF;
  SELECT COALESCE(jsonb_object_agg(a.key, g.survivor_before -> a.key), '{}') INTO back
    FROM jsonb_each(g.survivor_after) a
    WHERE a.value IS DISTINCT FROM g.survivor_before -> a.key AND to_jsonb(s) -> a.key = a.value
      AND a.key NOT IN ('id', 'organization_id', 'version', 'updated_at', 'contacts_revision');
  PERFORM voter_put(jsonb_populate_record(s, back));
  PERFORM voter_put(jsonb_populate_record(NULL::voters, g.merged_before));
  DELETE FROM voter_tags t WHERE t.organization_id = organization AND t.voter_id = g.survivor_id
    AND t.tag_id IN (SELECT jsonb_array_elements_text(g.moved -> 'tags_new')::bigint);
  INSERT INTO voter_tags (organization_id, voter_id, tag_id)
    SELECT organization, g.merged_id, t.id FROM tags t WHERE t.organization_id = organization
      AND t.id IN (SELECT jsonb_array_elements_text(g.moved -> 'tags')::bigint)
    ON CONFLICT (organization_id, voter_id, tag_id) DO NOTHING;
  UPDATE follow_ups f SET voter_id = g.merged_id WHERE f.organization_id = organization
    AND f.voter_id = g.survivor_id AND f.id IN (SELECT jsonb_array_elements_text(g.moved -> 'follow_ups')::bigint);
  UPDATE voter_duplicates d SET state = 'open', decided_by = NULL, decided_at = NULL
    WHERE d.organization_id = organization AND d.state = 'merged'
      AND (d.voter_id, d.other_id) = (LEAST(g.survivor_id, g.merged_id), GREATEST(g.survivor_id, g.merged_id));
  RETURN QUERY UPDATE voter_merges x SET undone_at = now(), undone_by = by_user
    WHERE x.organization_id = organization AND x.id = merge RETURNING x.*;
END
$$;

-- Where a record's work counts now: the last survivor. Contacts and turf of a merged voter are the survivor's.
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

-- The voter and all that were merged into it: whose contacts its history has.
CREATE OR REPLACE FUNCTION voter_and_merged(organization bigint, voter bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE ROWS 2
AS $$
  WITH RECURSIVE chain (id, depth) AS (
    SELECT voter, 0
    UNION
    SELECT g.merged_id, c.depth + 1 FROM chain c
    JOIN voter_merges g ON g.organization_id = organization AND g.survivor_id = c.id AND g.undone_at IS NULL
    WHERE c.depth < 20)
  SELECT id FROM chain
$$;

-- Follow merges: contacts recorded offline may carry the id of a voter that was merged since; answers the surviving
-- voter. Refuses an id that there is not.
CREATE OR REPLACE FUNCTION voter_survivor(organization bigint, voter bigint) RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  at bigint := voter;
  next_one bigint;
BEGIN
  FOR i IN 1 .. 20 LOOP
    SELECT v.merged_into INTO next_one FROM voters v WHERE v.organization_id = organization AND v.id = at;
    IF NOT FOUND THEN
      PERFORM refuse_field('voter_id', 'unknown_reference', 'There is no such person in the voter file.');
    END IF;
    EXIT WHEN next_one IS NULL;
    at := next_one;
  END LOOP;
  RETURN at;
END
$$;

GRANT EXECUTE ON FUNCTION merge_refuse(text,text), voter_merged(voters,voters),
  voter_merge_check(voters,voters), voter_merge_move(bigint,bigint,bigint,text),
  voter_merge(bigint,bigint,bigint,bigint,text), voter_put(voters),
  voter_merge_undo(bigint,bigint,bigint), voter_current(bigint,bigint),
  voter_and_merged(bigint,bigint), voter_survivor(bigint,bigint)
  TO campaign_api;
