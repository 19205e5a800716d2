-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Destroys the data of a source and certifies the destruction.

SET LOCAL ROLE campaign_definer;

-- Remove personal data from contacts that stay; the server itself cannot change a contact.
CREATE OR REPLACE FUNCTION contacts_forget(voters bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT set_config('app.forget', 'on', true);
  UPDATE voter_contacts c SET phone = NULL, note = NULL
  WHERE c.organization_id = app_organization_id() AND c.voter_id = ANY (voters)
    AND (c.phone IS NOT NULL OR c.note IS NOT NULL);
  SELECT set_config('app.forget', '', true);
$$;

RESET ROLE;

-- Did the voter come from this source only? Purged sources do not count.
CREATE OR REPLACE FUNCTION purge_alone(source bigint, v voters) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT v.source_id = source AND NOT EXISTS (
    SELECT FROM voter_sources s WHERE s.organization_id = v.organization_id AND s.id = ANY (v.other_source_ids)
      AND s.id <> source AND s.purged_at IS NULL)
$$;

-- Begin the certificate when the purge is ordered; the job completes it. A repetition returns the
-- same certificate.
CREATE OR REPLACE FUNCTION purge_begin(source bigint, actor text) RETURNS SETOF purge_certificates
LANGUAGE plpgsql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
BEGIN
  PERFORM FROM voter_sources s WHERE s.organization_id = organization AND s.id = source FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF EXISTS (SELECT FROM imports i WHERE i.organization_id = organization AND i.source_id = source
             AND i.state IN ('reading', 'comparing', 'applying', 'undoing')) THEN
    RAISE EXCEPTION 'An import of this source is at work.' USING ERRCODE = 'CC409', DETAIL = 'import_running';
  END IF;
  INSERT INTO purge_certificates (organization_id, source_id, ids_sha256, requested_by)
  SELECT organization, source, '', actor
  ON CONFLICT DO NOTHING;
  IF FOUND THEN
    UPDATE voter_sources SET purged_at = now() WHERE organization_id = organization AND id = source;
    PERFORM job_enqueue(organization, 'import.purge', jsonb_build_object('source_id', source));
  END IF;
  RETURN QUERY SELECT * FROM purge_certificates c WHERE c.organization_id = organization AND c.source_id = source;
END
$$;

-- Count the affected people before the first record is deleted.
CREATE OR REPLACE FUNCTION purge_count(source bigint) RETURNS void
LANGUAGE sql
AS $$
  UPDATE purge_certificates c
  SET ids_sha256 = encode(sha256(convert_to(COALESCE(n.ids, ''), 'UTF8')), 'hex'),
      voters_deleted = n.deleted, voters_emptied = n.emptied, voters_kept = n.kept
  FROM (SELECT string_agg(v.id::text || E'\n', '' ORDER BY v.id) FILTER (WHERE a.alone) AS ids,
               count(*) FILTER (WHERE a.alone AND NOT w.work) AS deleted,
               count(*) FILTER (WHERE a.alone AND w.work) AS emptied, count(*) FILTER (WHERE NOT a.alone) AS kept
        FROM voters v
        CROSS JOIN LATERAL (SELECT purge_alone($1, v)) a (alone)
        CROSS JOIN LATERAL (SELECT voter_has_user_data(v.id)) w (work)
        WHERE v.organization_id = app_organization_id() AND (v.source_id = $1 OR $1 = ANY (v.other_source_ids))) n
  WHERE c.organization_id = app_organization_id() AND c.source_id = $1 AND c.ids_sha256 = ''
$$;

-- Purge the next n people: records without user data are deleted; others stay without personal
-- data.
CREATE OR REPLACE FUNCTION purge_step(source bigint, n int) RETURNS bigint
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan -- for the reason given in apply.sql
AS $$
DECLARE
  organization constant bigint := app_organization_id();
  chosen bigint[];
  homes bigint[];
BEGIN
  SELECT array_agg(c.id), array_agg(c.household_id) INTO chosen, homes FROM (
    SELECT v.id, v.household_id FROM voters v
    WHERE v.organization_id = organization AND (v.source_id = source OR source = ANY (v.other_source_ids)) LIMIT n) c;
  IF chosen IS NULL THEN
    RETURN 0;
  END IF;
  DELETE FROM import_changes c WHERE c.organization_id = organization AND c.voter_id = ANY (chosen);
  PERFORM contacts_forget(array_agg(v.id)) FROM voters v
    WHERE v.organization_id = organization AND v.id = ANY (chosen) AND purge_alone(source, v);
  DELETE FROM voters v WHERE v.organization_id = organization AND v.id = ANY (chosen) AND purge_alone(source, v)
    AND NOT voter_has_user_data(v.id);
  UPDATE voters v SET {Voter.personal: @ = #}, household_id = NULL, door_id = NULL, address_key = NULL,
    unreachable = 'removed', import_hash = NULL, source_id = NULL, other_source_ids = '{}'
    WHERE v.organization_id = organization AND v.id = ANY (chosen) AND purge_alone(source, v);
  UPDATE voters v SET
    source_id = CASE WHEN v.source_id = source THEN (
      SELECT s.id FROM voter_sources s WHERE s.organization_id = organization AND s.id = ANY (v.other_source_ids)
        AND s.id <> source AND s.purged_at IS NULL ORDER BY s.id DESC LIMIT 1) ELSE v.source_id END,
    other_source_ids = array_remove(v.other_source_ids, source)
    WHERE v.organization_id = organization AND v.id = ANY (chosen)
      AND (v.source_id = source OR source = ANY (v.other_source_ids));
  PERFORM households_count(organization, homes);
  RETURN array_length(chosen, 1);
END
$$;

CREATE OR REPLACE FUNCTION purge_finish(source bigint) RETURNS void
LANGUAGE sql
AS $$
  UPDATE imports SET sample = '{}', problems = '[]'
    WHERE organization_id = app_organization_id() AND source_id = $1;
  DELETE FROM households h WHERE h.organization_id = app_organization_id() AND h.n_voters = 0
    AND h.created_import_id IN (SELECT i.id FROM imports i
                                WHERE i.organization_id = app_organization_id() AND i.source_id = $1);
  UPDATE purge_certificates SET finished_at = now()
    WHERE organization_id = app_organization_id() AND source_id = $1 AND finished_at IS NULL
$$;

GRANT EXECUTE ON FUNCTION purge_alone(bigint,voters), purge_begin(bigint,text), purge_count(bigint),
  purge_step(bigint,integer), purge_finish(bigint)
  TO campaign_api;

SET LOCAL ROLE campaign_definer;

GRANT EXECUTE ON FUNCTION contacts_forget(bigint[])
  TO campaign_api;

RESET ROLE;
