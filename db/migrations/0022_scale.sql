-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Indexes for pages whose filter few rows answer to (docs/decisions/0009-pages-are-bounded.md).

-- What a filter asks of a person's own row and an index can answer, below the organization, so that no condition on it
-- reads another's people. Not what contacts change: their updates of voters touch no index (HOT).
CREATE FUNCTION voter_facts(organization bigint, party text, precinct text, zip5 text, city text, sex text,
  registration_status text, districts jsonb, vote_history jsonb, door bigint, phones jsonb, emails jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN jsonb_build_object(organization, jsonb_build_object('party', party, 'precinct', precinct, 'zip5', zip5,
    'city', public.voter_fold(city), 'sex', sex, 'registration_status', registration_status, 'district', districts,
    'election', jsonb_path_query_array(vote_history, '$[*].election'), 'has_door', door IS NOT NULL,
    'has_phone', phones <> '[]', 'has_email', emails <> '[]'));
END
$$;
GRANT EXECUTE ON FUNCTION voter_facts(bigint, text, text, text, text, text, text, jsonb, jsonb, bigint, jsonb, jsonb)
  TO campaign_api, campaign_definer;

-- One index, since GIN takes the common part of two conditions without reading either whole. A minute for a million people.
DROP INDEX voters_search_idx;
CREATE INDEX voters_search_idx ON voters USING gin (organization_id,
  voter_search_text(first_name, middle_name, last_name, address, phones) gin_trgm_ops,
  voter_facts(organization_id, party, precinct, zip5, city, sex, registration_status, districts, vote_history, door_id, phones,
              emails) jsonb_path_ops);
ALTER INDEX voters_search_idx ALTER COLUMN 2 SET STATISTICS 500;
ALTER INDEX voters_search_idx ALTER COLUMN 3 SET STATISTICS 0;

-- Lists of places by street and by how they came onto the map.
CREATE INDEX buildings_street_key_idx ON buildings (organization_id, street_key);
CREATE INDEX buildings_location_quality_idx ON buildings (organization_id, location_quality);

-- The order of follow-ups: each page sorted all of them. CASE and not COALESCE: only so does row-level security let the
-- condition reach the index.
CREATE INDEX follow_ups_due_at_idx ON follow_ups (organization_id, (CASE WHEN due_at IS NULL THEN 'infinity' ELSE due_at END), id);
CREATE INDEX follow_ups_open_idx ON follow_ups (organization_id, (CASE WHEN due_at IS NULL THEN 'infinity' ELSE due_at END), id) WHERE done_at IS NULL;
CREATE INDEX follow_ups_kind_idx ON follow_ups (organization_id, kind, (CASE WHEN due_at IS NULL THEN 'infinity' ELSE due_at END), id);
CREATE INDEX follow_ups_assigned_user_id_idx ON follow_ups (organization_id, assigned_user_id, (CASE WHEN due_at IS NULL THEN 'infinity' ELSE due_at END), id)
  WHERE assigned_user_id IS NOT NULL;

-- What a device or a token recorded: whoever may not see all contacts sees these.
CREATE INDEX voter_contacts_actor_idx ON voter_contacts (organization_id, actor, occurred_at, id) WHERE user_id IS NULL;
