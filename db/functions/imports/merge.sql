-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Merges one row of a file into a voter, and stores what an undo needs.

-- Returns the elements of two lists as one list, in the order of @first.
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

-- Returns the combined vote history; for an election that both contain, the file's entry is used.
-- Stored entries may have names from before elections were named uniformly.
CREATE OR REPLACE FUNCTION import_history(file jsonb, own jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN file IS NULL OR file = '[]' OR file = own THEN own
              WHEN own = '[]' THEN file
              ELSE file || COALESCE((SELECT jsonb_agg(o.value) FROM jsonb_array_elements(own) o
                WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(file) f
                                  WHERE f.value ->> 'election' IN (o.value ->> 'election', election_name(o.value ->> 'election')))), '[]') END
$$;

-- Did the person move to another home? False when only the text of the address improved: the same
-- address with another key by a newer server or profile, or the same house whose unit was unknown.
CREATE OR REPLACE FUNCTION import_moved(v voters, r staging.rows) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT COALESCE(r.address_key <> v.address_key AND v.address_key <> r.building_key
    AND (lower(r.address), lower(r.unit), lower(r.city), r.zip5)
        IS DISTINCT FROM (lower(v.address), lower(v.unit), lower(v.city), v.zip5), false)
$$;

-- Returns the voter after merging the row. Columns that the file lacks keep their values, and an
-- empty field erases nothing; telephone numbers, e-mail addresses, districts, history and custom
-- fields are added. The address is replaced as a whole. Only a member can remove `confidential`.
-- All imported columns are handled first, then those with special rules.
CREATE OR REPLACE FUNCTION import_merge(v voters, r staging.rows) RETURNS voters
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  after voters := v;
BEGIN
  {Voter.imported: after.@ := COALESCE(r.@, v.@);}
  after.confidential := v.confidential OR r.confidential;
  IF r.address IS NOT NULL THEN
    IF import_moved(v, r) THEN
      after.moved_at := now();
      IF v.unreachable = 'moved' THEN
        after.unreachable := NULL;
      END IF;
    END IF;
    after.unit := r.unit; after.city := r.city; after.state := r.state; after.zip5 := r.zip5; after.zip4 := r.zip4;
    after.address_key := r.address_key;
  ELSE
    after.unit := v.unit; after.city := v.city; after.state := v.state; after.zip5 := v.zip5; after.zip4 := v.zip4;
    IF r.confidential AND NOT v.confidential THEN -- the file now hides the address
      after.address := NULL; after.unit := NULL; after.zip4 := NULL;
    END IF;
  END IF;
  IF after.confidential THEN
    after.address_key := NULL;
  END IF;
  IF r.birth_date IS NULL AND r.birth_year <> v.birth_year THEN
    after.birth_date := NULL;
  END IF;
  after.districts := v.districts || COALESCE(r.districts, '{}');
  after.phones := import_union(r.phones, v.phones);
  after.emails := import_union(r.emails, v.emails);
  after.vote_history := import_history(r.vote_history, v.vote_history);
  after.custom := v.custom || COALESCE(r.custom, '{}');
  after.unreachable := CASE
    WHEN after.unreachable IN ('deceased', 'merged') THEN after.unreachable
    WHEN r.registration_status = 'removed' THEN 'removed'
    -- A person who reappears in the file is active again. An own export or a file of votes is not a
    -- list of registered voters, so it does not make anybody active.
    WHEN after.unreachable IN ('gone', 'removed') AND r.voter_id IS NULL AND COALESCE(r.last_name, r.first_name) IS NOT NULL THEN NULL
    ELSE after.unreachable END;
  RETURN after;
END
$$;

-- Returns the columns of a voter that an import writes, without the import's own records about the
-- row.
CREATE OR REPLACE FUNCTION import_image(v voters) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
  SELECT to_jsonb(v) - '{organization_id,id,created_at,updated_at,version,support_level,support_at,last_contact_at,'
    'last_disposition,reached_at,quiet_until,contacts_revision,merged_into,created_import_id}'::text[]
$$;

-- Returns the effect of the row on the voter: changed, moved, seen (only the import's own records
-- change), or NULL: none. A person who is unchanged in an own export is not "seen", because an
-- export is not a source of people.
CREATE OR REPLACE FUNCTION import_kind(v voters, r staging.rows, source bigint) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  after voters;
BEGIN
  IF v.import_hash = r.hash AND v.unreachable IS DISTINCT FROM 'gone' THEN
    RETURN CASE WHEN v.source_id IS DISTINCT FROM source AND r.voter_id IS NULL THEN 'seen' END;
  END IF;
  after := import_merge(v, r);
  RETURN CASE WHEN after.address_key <> v.address_key AND import_moved(v, r) THEN 'moved'
              WHEN to_jsonb(after) IS DISTINCT FROM to_jsonb(v) THEN 'changed'
              WHEN r.voter_id IS NULL THEN 'seen' END;
END
$$;

GRANT EXECUTE ON FUNCTION import_union(jsonb,jsonb), import_history(jsonb,jsonb),
  import_moved(voters,staging.rows), import_merge(voters,staging.rows), import_image(voters), import_kind(voters,staging.rows,bigint)
  TO campaign_api;
