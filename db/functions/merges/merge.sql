-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Merges two records of one person, and undoes a merge.

CREATE OR REPLACE FUNCTION merge_refuse(code text, message text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '%', message USING ERRCODE = 'CC409', DETAIL = code;
END
$$;

-- Refuse two records that cannot be one person.
CREATE OR REPLACE FUNCTION voter_merge_check(s voters, m voters) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  IF s.id = m.id THEN
    PERFORM merge_refuse('same_voter', 'These are one and the same voter.');
  ELSIF voter_erased(s.organization_id, s.id) OR voter_erased(m.organization_id, m.id) THEN
    PERFORM merge_refuse('voter_erased', 'One of them was erased: the record says nothing any more.');
  ELSIF s.merged_into IS NOT NULL OR m.merged_into IS NOT NULL THEN
    PERFORM merge_refuse('voter_merged', 'One of them was merged into another already.');
  ELSIF s.state_id <> m.state_id AND (s.first_name, s.last_name, s.birth_date) IS DISTINCT FROM
        (m.first_name, m.last_name, m.birth_date) THEN
    PERFORM merge_refuse('two_state_ids', 'The state knows them as two people, with different names or birthdays.');
  END IF;
END
$$;

-- Move references from the merged record to the survivor; returns the moved rows for an undo.
-- Consents are copied as new entries with their original times, so a withdrawal of either record
-- counts.
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

-- Merge @merged into @survivor. Contacts are append-only and keep their voter id: readers use
-- voter_and_merged.
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
  -- Change the merged record first, because a state id must be unique.
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
  PERFORM contact_derive_voters(organization, ARRAY[survivor]);
  RETURN NEXT made;
END
$$;

-- Restore the merged record. Its present values are kept, because imports may have written to it;
-- values written by the merge are removed.
CREATE OR REPLACE FUNCTION voter_merge_revive(organization bigint, merged bigint, before voters) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  UPDATE voters v SET merged_into = NULL, state_id = COALESCE(v.state_id, before.state_id),
      unreachable = CASE
        WHEN v.unreachable <> 'merged' THEN v.unreachable
        WHEN v.registration_status = 'removed' THEN 'removed'
        -- A file has contained the person since the merge, so the person is not gone.
        WHEN before.unreachable IN ('gone', 'removed') AND v.updated_import_id IS DISTINCT FROM before.updated_import_id THEN NULL
        ELSE before.unreachable END
    WHERE v.organization_id = organization AND v.id = merged;
END
$$;

-- Separate the two records again. Data written since the merge stays with the record to which it
-- was written; the survivor loses the values that came from the merged record. Tags and follow-ups
-- go back. Consents stay with both, because consents are append-only. No row: the merge does not
-- exist.
CREATE OR REPLACE FUNCTION voter_merge_undo(organization bigint, merge bigint, by_user bigint) RETURNS SETOF voter_merges
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  g voter_merges;
  s voters;
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
  PERFORM voter_put(voter_without(s, g.survivor_before, g.survivor_after));
  PERFORM voter_merge_revive(organization, g.merged_id, jsonb_populate_record(NULL::voters, g.merged_before));
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
  UPDATE voter_merges x SET undone_at = now(), undone_by = by_user
    WHERE x.organization_id = organization AND x.id = merge RETURNING x.* INTO g;
  PERFORM contact_derive_voters(organization, ARRAY[g.survivor_id, g.merged_id]);
  RETURN NEXT g;
END
$$;

GRANT EXECUTE ON FUNCTION merge_refuse(text,text), voter_merge_check(voters,voters),
  voter_merge_move(bigint,bigint,bigint,text), voter_merge(bigint,bigint,bigint,bigint,text),
  voter_merge_revive(bigint,bigint,voters), voter_merge_undo(bigint,bigint,bigint)
  TO campaign_api;
