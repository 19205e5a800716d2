-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- One row of a file merged into a voter, and what an import keeps to undo it.

-- Two lists as one, what @first has first.
CREATE OR REPLACE FUNCTION import_union(first jsonb, second jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN first IS NULL OR first = '[]' OR second @> first AND first @> second THEN second
              WHEN second = '[]' THEN first
              ELSE (SELECT jsonb_agg(u.value ORDER BY u.place) FROM (
                SELECT DISTINCT ON (e.value) e.value, e.place
                FROM (SELECT value, ordinality AS place FROM jsonb_array_elements(first) WITH ORDINALITY
                      UNION ALL
                      SELECT value, ordinality + 1000000 FROM jsonb_array_elements(second) WITH ORDINALITY) e
                ORDER BY e.value, e.place) u) END
$$;

-- The vote history of both; of an election that both tell of, as the file does.
CREATE OR REPLACE FUNCTION import_history(file jsonb, own jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN file IS NULL OR file = '[]' OR file = own THEN own
              WHEN own = '[]' THEN file
              ELSE file || COALESCE((SELECT jsonb_agg(o.value) FROM jsonb_array_elements(own) o
                WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(file) f
                                  WHERE f.value -> 'election' = o.value -> 'election')), '[]') END
$$;

-- The person as the row makes it. What the file lacks stays: an empty field erases nothing; telephone numbers,
-- e-mail addresses, districts, history and custom fields are added to. The address is taken as a whole. Nothing
-- takes confidential away but a person.
CREATE OR REPLACE FUNCTION import_merge(v voters, r staging.rows) RETURNS voters
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
  v.confidential := v.confidential OR r.confidential;
  IF r.address IS NOT NULL THEN
    IF r.address_key <> v.address_key THEN
      v.moved_at := now();
      IF v.unreachable = 'moved' THEN
        v.unreachable := NULL;
      END IF;
    END IF;
    v.address := r.address; v.unit := r.unit; v.city := r.city; v.state := r.state; v.zip5 := r.zip5;
    v.zip4 := r.zip4; v.address_key := r.address_key;
  ELSIF v.confidential THEN -- the file hides it now
    v.address := NULL; v.unit := NULL; v.zip4 := NULL; v.address_key := NULL;
  END IF;
  IF v.confidential THEN
    v.address_key := NULL;
  END IF;
  IF r.birth_date IS NOT NULL OR r.birth_year <> v.birth_year THEN
    v.birth_date := r.birth_date;
  END IF;
  v.state_id := COALESCE(r.state_id, v.state_id);
  v.first_name := COALESCE(r.first_name, v.first_name);
  v.middle_name := COALESCE(r.middle_name, v.middle_name);
  v.last_name := COALESCE(r.last_name, v.last_name);
  v.name_suffix := COALESCE(r.name_suffix, v.name_suffix);
  v.birth_year := COALESCE(r.birth_year, v.birth_year);
  v.sex := COALESCE(r.sex, v.sex);
  v.party := COALESCE(r.party, v.party);
  v.registration_status := COALESCE(r.registration_status, v.registration_status);
  v.registered_on := COALESCE(r.registered_on, v.registered_on);
  v.precinct := COALESCE(r.precinct, v.precinct);
  v.districts := v.districts || COALESCE(r.districts, '{}');
  v.mailing_address := COALESCE(r.mailing_address, v.mailing_address);
  v.phones := import_union(r.phones, v.phones);
  v.emails := import_union(r.emails, v.emails);
  v.vote_history := import_history(r.vote_history, v.vote_history);
  v.custom := v.custom || COALESCE(r.custom, '{}');
  v.unreachable := CASE
    WHEN v.unreachable IN ('deceased', 'merged') THEN v.unreachable
    WHEN r.registration_status = 'removed' THEN 'removed'
    WHEN v.unreachable IN ('gone', 'removed') THEN NULL
    ELSE v.unreachable END;
  RETURN v;
END
$$;

-- What an import writes of a person, without its bookkeeping.
CREATE OR REPLACE FUNCTION import_image(v voters) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT to_jsonb(v) - '{organization_id,id,created_at,updated_at,version,support_level,support_at,last_contact_at,'
    'last_disposition,reached_at,quiet_until,contacts_revision,merged_into,created_import_id}'::text[]
$$;

-- What the row does to the person: changed, moved, seen (only bookkeeping), or NULL: nothing at all.
CREATE OR REPLACE FUNCTION import_kind(v voters, r staging.rows, source bigint) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  after voters;
BEGIN
  IF v.import_hash = r.hash AND v.unreachable IS DISTINCT FROM 'gone' THEN
    RETURN CASE WHEN v.source_id IS DISTINCT FROM source THEN 'seen' END;
  END IF;
  after := import_merge(v, r);
  RETURN CASE WHEN after.address_key <> v.address_key THEN 'moved'
              WHEN to_jsonb(after) IS DISTINCT FROM to_jsonb(v) THEN 'changed'
              ELSE 'seen' END;
END
$$;

GRANT EXECUTE ON FUNCTION import_union(jsonb,jsonb), import_history(jsonb,jsonb),
  import_merge(voters,staging.rows), import_image(voters), import_kind(voters,staging.rows,bigint)
  TO campaign_api;
