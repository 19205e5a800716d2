-- SPDX-License-Identifier: GPL-3.0-or-later
-- Sources, profiles and imports of voter files. The rules are in db/functions/imports.

-- name: voter_source_create
INSERT INTO voter_sources (organization_id, created_by, name, provider, permitted_use, terms, received_on, expires_on)
VALUES (:call.organization_id::bigint, :call.user_id::bigint, :body.name::text, :body.provider::text,
  :body.permitted_use::text, :body.terms::text,
        :body.received_on::date, :body.expires_on::date)
RETURNING {columns}

-- name: voter_source_list
SELECT {columns} FROM voter_sources
WHERE organization_id = :call.organization_id::bigint AND id > COALESCE(:page.cursor_1::bigint, 0)
ORDER BY id LIMIT :page.limit::int

-- name: voter_source_get
SELECT {columns} FROM voter_sources WHERE organization_id = :call.organization_id::bigint AND id = :path.source_id::bigint

-- name: voter_source_update
UPDATE voter_sources s
SET ({writable}, acknowledged_at, acknowledged_by) = (
  SELECT {writable r},
    CASE WHEN (r.permitted_use, r.terms) IS NOT DISTINCT FROM (s.permitted_use, s.terms) THEN s.acknowledged_at END,
    CASE WHEN (r.permitted_use, r.terms) IS NOT DISTINCT FROM (s.permitted_use, s.terms) THEN s.acknowledged_by END
  FROM jsonb_populate_record(s, :body::jsonb) r)
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.source_id::bigint
  AND assert_version(s.version, :call.if_match::bigint)
RETURNING {columns s}

-- name: voter_source_acknowledge
UPDATE voter_sources s
SET acknowledged_by = :call.user_id::bigint, acknowledged_at = now()
WHERE s.organization_id = :call.organization_id::bigint AND s.id = :path.source_id::bigint
RETURNING {columns s}

-- name: voter_source_purge
SELECT {columns} FROM purge_begin(:path.source_id::bigint, :call.actor::text)

-- name: purge_certificate_get
SELECT {columns} FROM purge_certificates WHERE organization_id = :call.organization_id::bigint
  AND source_id = :path.source_id::bigint

-- name: voter_profile_create
INSERT INTO voter_profiles (organization_id, created_by, name, profile)
VALUES (:call.organization_id::bigint, :call.user_id::bigint, :body.profile::jsonb ->> 'name', :body.profile::jsonb)
RETURNING *

-- name: voter_profile_list
SELECT {columns} FROM voter_profiles
WHERE organization_id = :call.organization_id::bigint AND id > COALESCE(:page.cursor_1::bigint, 0)
ORDER BY id LIMIT :page.limit::int

-- name: voter_profile_get
SELECT {columns} FROM voter_profiles WHERE organization_id = :call.organization_id::bigint AND id = :path.profile_id::bigint

-- name: voter_profile_replace
UPDATE voter_profiles p SET name = :body.profile::jsonb ->> 'name', profile = :body.profile::jsonb
WHERE p.organization_id = :call.organization_id::bigint AND p.id = :path.profile_id::bigint
  AND assert_version(p.version, :call.if_match::bigint)
RETURNING p.*

-- name: voter_profile_delete
DELETE FROM voter_profiles p
WHERE p.organization_id = :call.organization_id::bigint AND p.id = :path.profile_id::bigint
  AND assert_version(p.version, :call.if_match::bigint)
  AND assert_rule(NOT EXISTS (SELECT FROM imports i WHERE i.organization_id = p.organization_id AND i.profile_id = p.id
                              AND i.state IN ('created', 'uploaded', 'reading', 'comparing', 'ready', 'applying')),
                  'profile_in_use', 'An import that is not done uses this profile.')
RETURNING p.id

-- name: import_create
INSERT INTO imports (organization_id, created_by, source_id, name, profile_id, profile_key, member, complete, auto_apply,
  file_name)
VALUES (:call.organization_id::bigint, :call.user_id::bigint, :body.source_id::bigint, :body.name::text,
  :body.profile_id::bigint, :body.profile_key::text,
  :body.member::text, COALESCE(:body.complete::boolean, false), COALESCE(:body.auto_apply::boolean, false), :body.file_name::text)
RETURNING *

-- name: import_list
SELECT {columns} FROM imports
WHERE organization_id = :call.organization_id::bigint AND (:page.cursor_1::bigint IS NULL OR id < :page.cursor_1::bigint)
ORDER BY id DESC LIMIT :page.limit::int

-- name: import_get
SELECT {columns} FROM imports WHERE organization_id = :call.organization_id::bigint AND id = :path.import_id::bigint

-- name: import_exists
SELECT assert_import(:call.organization_id::bigint, :path.import_id::bigint)

-- name: import_lock
-- Check the import's state and budget before a piece of the file is written.
SELECT assert_rule(state IN ('created', 'uploaded'), 'import_state', 'The file of this import cannot be changed any more.'),
  import_keep(:arg.bytes::bigint)
FROM imports WHERE organization_id = :call.organization_id::bigint AND id = :path.import_id::bigint FOR UPDATE

-- name: import_uploaded
UPDATE imports i SET state = 'uploaded', file_bytes = :arg.bytes::bigint
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :path.import_id::bigint
RETURNING i.*

-- name: import_start
WITH updated AS (
UPDATE imports i SET state = 'reading', progress = 0
FROM voter_sources s
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :path.import_id::bigint
  AND s.organization_id = i.organization_id AND s.id = i.source_id
  AND assert_rule(i.state = 'uploaded', 'import_state', 'Upload the file first; an import is started once.')
  AND assert_rule(s.acknowledged_at IS NOT NULL, 'not_acknowledged', 'Nobody has accepted the terms of the source.')
  AND assert_rule(s.purged_at IS NULL, 'source_purged', 'The data of this source was destroyed.')
  AND assert_rule(COALESCE(s.expires_on >= current_date, true), 'source_expired', 'The permission of this source has run out.')
RETURNING i.*
), job AS (SELECT job_enqueue(t.organization_id, 'import', jsonb_build_object('import_id', t.id)) FROM updated t)
SELECT {columns t} FROM updated t, job

-- name: import_apply_order
WITH updated AS (
UPDATE imports i SET state = 'applying', progress = 0, planned_to = NULL, applied_at = now(),
  confirmed = i.confirmed OR :query.confirm::boolean,
  work = jsonb_build_object('before', import_user_data_all())
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :path.import_id::bigint
  AND assert_rule(i.state = 'ready', 'import_state', 'Only an import that is ready can be applied.')
  AND assert_rule(i.doubts = '[]' OR :query.confirm::boolean, 'import_doubtful',
                  'Something is wrong with the file or its mapping, as doubts and problems say. Look, then confirm.')
  AND assert_rule(NOT EXISTS (SELECT FROM imports o WHERE o.organization_id = i.organization_id
                              AND o.state IN ('applying', 'undoing')),
                  'import_running', 'Another import is being applied or undone.')
RETURNING i.*
), job AS (SELECT job_enqueue(t.organization_id, 'import', jsonb_build_object('import_id', t.id)) FROM updated t)
SELECT {columns t} FROM updated t, job

-- name: import_cancel
-- Cancel an import. A running job sees the request and ends the import; a waiting import ends
-- immediately, and the job cleans up. A repetition changes nothing.
WITH was AS (
  SELECT i.cancel_requested FROM imports i
  WHERE i.organization_id = :call.organization_id::bigint AND i.id = :path.import_id::bigint FOR UPDATE
), updated AS (
UPDATE imports i SET cancel_requested = true,
  state = CASE WHEN i.state IN ('created', 'uploaded', 'ready') THEN 'cancelled' ELSE i.state END,
  finished_at = CASE WHEN i.state IN ('created', 'uploaded', 'ready') THEN now() ELSE i.finished_at END
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :path.import_id::bigint
  AND assert_rule(i.state NOT IN ('done', 'undoing', 'undone', 'failed'), 'import_state',
                  'This import has come to its end; undo it instead.')
RETURNING i.*
), job AS (SELECT job_enqueue(t.organization_id, 'import', jsonb_build_object('import_id', t.id)) FROM updated t, was w
           WHERE NOT w.cancel_requested)
SELECT {columns t} FROM updated t LEFT JOIN job ON true

-- name: import_undo_order
SELECT {columns} FROM import_undo_begin(:path.import_id::bigint)

-- name: import_change_list
SELECT {columns} FROM import_change_list(:path.import_id::bigint, :query.kind::text, COALESCE(:page.cursor_1::bigint, 0),
  :page.limit::int)
WHERE assert_import(:call.organization_id::bigint, :path.import_id::bigint)

-- Statements of the job ---------------------------------------------------------------------------

-- name: import_of_job
SELECT i.id, i.source_id, i.state, i.profile_id, i.profile_key, i.member, i.complete, i.auto_apply, i.cancel_requested,
  i.local_files, i.rows_staged, i.planned_to, i.applied_row, i.created_by, i.error_code, p.profile,
  COALESCE(i.file_bytes, 0) AS file_bytes, i.doubts <> '[]' AND NOT i.confirmed AS doubtful
FROM imports i
LEFT JOIN voter_profiles p ON p.organization_id = i.organization_id AND p.id = i.profile_id
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :arg.import_id::bigint

-- name: import_own_profiles
SELECT id, profile FROM voter_profiles WHERE organization_id = :call.organization_id::bigint ORDER BY id LIMIT 200

-- name: import_stage_empty
SELECT import_stage(:arg.import_id::bigint)

-- name: import_copy
-- COPY rows into the staging table, in the order of server/voters/ccd-import-row.c: first the
-- imported fields of the field table, then further columns. The id of the import replaces the 0 of
-- rows_0.
COPY staging.rows_0 (import_id, row_no, file_no, line, hash, {Voter.imported},
  address_key, building_key, building_address, number, street, street_key, voter_id, opted_out, tags) FROM STDIN

-- name: import_progress
SELECT import_progress(:arg.import_id::bigint, :arg.progress::float8, :arg.rows_read::bigint, :arg.rows_rejected::bigint,
                       :arg.rows_staged::bigint) AS cancel

-- name: import_repeated
SELECT * FROM import_repeated(:arg.import_id::bigint, :arg.n::int)

-- name: import_erased
SELECT * FROM import_erased(:arg.import_id::bigint, :arg.key::bytea, :arg.n::int)

-- name: import_refused
-- Store the state ids of rows that could not be read.
INSERT INTO staging.refused (import_id, state_id)
SELECT :arg.import_id::bigint, f FROM jsonb_array_elements_text(:arg.ids::jsonb) f

-- name: import_strangers
SELECT * FROM import_strangers(:arg.import_id::bigint, :arg.n::int)

-- name: import_fold
SELECT people, strangers FROM import_fold(:arg.import_id::bigint)

-- name: import_rows_staged
SELECT import_staged(:arg.import_id::bigint, 'rows')

-- name: import_read_done
-- Store what reading the file has found. A sample and values of problems that may contain data of
-- an erased person are not stored.
UPDATE imports SET format = :arg.format::jsonb,
  problems = CASE WHEN :arg.problems::jsonb @> '[{"code": "erased"}]' THEN import_problems_silent(:arg.problems::jsonb)
                  ELSE :arg.problems::jsonb END,
  sample = CASE WHEN :arg.problems::jsonb @> '[{"code": "erased"}]' THEN '{}' ELSE :arg.sample::jsonb END,
  columns = :arg.columns::jsonb, kind = CASE WHEN :arg.history::boolean THEN 'history' ELSE 'voters' END,
  rows_read = :arg.rows_read::bigint, rows_rejected = :arg.rows_rejected::bigint, rows_staged = :arg.rows_staged::bigint,
  progress = 0,
  state = CASE WHEN state = 'reading' THEN 'comparing' ELSE state END
WHERE organization_id = :call.organization_id::bigint AND id = :arg.import_id::bigint

-- name: import_is_staged
-- Are the staged rows complete? A crash of the database empties unlogged tables.
SELECT to_regclass('staging.rows_' || i.id) IS NOT NULL
   AND (SELECT count(*) FROM staging.rows r WHERE r.import_id = i.id) = i.rows_staged AS whole
FROM imports i WHERE i.organization_id = :call.organization_id::bigint AND i.id = :arg.import_id::bigint

-- name: import_is_planned
SELECT i.planned_to IS NOT NULL AND (i.planned_to <= i.applied_row
   OR EXISTS (SELECT FROM staging.plan p WHERE p.import_id = i.id AND p.row_no = i.planned_to)) AS whole
FROM imports i WHERE i.organization_id = :call.organization_id::bigint AND i.id = :arg.import_id::bigint

-- name: import_plan_clear
DELETE FROM staging.plan WHERE import_id = :arg.import_id::bigint

-- name: import_compare
SELECT import_compare(:arg.import_id::bigint)

-- name: import_plan_staged
SELECT import_staged(:arg.import_id::bigint, 'plan')

-- name: import_planned
SELECT import_planned(:arg.import_id::bigint)

-- name: import_ready
UPDATE imports SET state = 'ready', progress = 1
WHERE organization_id = :call.organization_id::bigint AND id = :arg.import_id::bigint AND state = 'comparing'

-- name: import_apply_own
-- Start applying an import that needs no confirmation: its plan is current.
UPDATE imports i SET state = 'applying', progress = 0, applied_at = now(), work = jsonb_build_object('before', import_user_data_all())
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :arg.import_id::bigint AND i.state = 'ready'
  AND (i.doubts = '[]' OR i.confirmed)
  AND NOT EXISTS (SELECT FROM imports o WHERE o.organization_id = i.organization_id AND o.state IN ('applying', 'undoing'))
RETURNING i.id

-- name: import_apply_step
SELECT finished, cancel FROM import_apply(:arg.import_id::bigint, :arg.n::int)

-- name: import_apply_end
SELECT import_finish(:arg.import_id::bigint) AS good

-- name: import_record
SELECT record_bulk('voter', 'update', :arg.n::bigint)

-- name: import_stop
-- Fail or cancel the import; if rows were already applied, move to 'undoing' first.
UPDATE imports SET state = CASE WHEN state IN ('applying', 'undoing') THEN 'undoing' ELSE :arg.state::text END,
  error_code = :arg.code::text, error = :arg.error::text,
  finished_at = CASE WHEN state IN ('applying', 'undoing') THEN finished_at ELSE now() END
WHERE organization_id = :call.organization_id::bigint AND id = :arg.import_id::bigint
  AND state IN ('reading', 'comparing', 'ready', 'applying', 'undoing')

-- name: import_undo_step
SELECT import_undo(:arg.import_id::bigint, :arg.n::int) AS done

-- name: import_undo_end
SELECT import_undo_finish(:arg.import_id::bigint,
  CASE WHEN :arg.cancelled::boolean THEN 'cancelled' WHEN :arg.failed::boolean THEN 'failed' ELSE 'undone' END)

-- name: statistics_renew
SELECT statistics_renew()

-- name: import_unstage
SELECT import_unstage(:arg.import_id::bigint)

-- name: purge_count
SELECT purge_count(:arg.source_id::bigint)

-- name: purge_step
SELECT purge_step(:arg.source_id::bigint, :arg.n::int) AS n

-- name: purge_end
SELECT purge_finish(:arg.source_id::bigint)

-- name: purge_total
SELECT voters_deleted + voters_emptied AS n FROM purge_certificates
WHERE organization_id = :call.organization_id::bigint AND source_id = :arg.source_id::bigint

-- name: forget_files
-- Read the ids of imports whose rejects may contain an erased person. A waiting import reads its
-- file again without the person, and writes its rejects again.
SELECT id FROM imports WHERE organization_id = :call.organization_id::bigint AND source_id = :arg.source_id::bigint
  AND state IN ('ready', 'done', 'undone', 'cancelled', 'failed') ORDER BY id LIMIT 1000

-- name: purge_files
-- Read the ids of the source's imports, which have files outside of the database.
SELECT id FROM imports WHERE organization_id = :call.organization_id::bigint
  AND source_id = :arg.source_id::bigint ORDER BY id LIMIT 1000

-- Export -------------------------------------------------------------------------------------------

-- name: export_begin
SELECT set_config('app.export_list', COALESCE(:body.list_id::bigint::text, ''), true),
  set_config('app.export_guarded', (NOT right_has(:call.rights::jsonb, 'manage_voters'))::text, true),
  set_config('app.export_spreadsheet', :body.spreadsheet::boolean::text, true),
  (:body.list_id::bigint IS NULL OR EXISTS (SELECT FROM voter_lists l WHERE l.organization_id = :call.organization_id::bigint
                                       AND l.id = :body.list_id::bigint)) AS known

-- name: export_copy
COPY (
  SELECT {Voter.exported-residence: export_cell(v.@) AS @},
    {Voter.exported+residence: CASE WHEN NOT v.confidential THEN export_cell(v.@) END AS @},
    (SELECT export_cell(string_agg(t.name, '; ' ORDER BY t.name)) FROM voter_tags g
     JOIN tags t ON t.organization_id = g.organization_id AND t.id = g.tag_id
     WHERE g.organization_id = v.organization_id AND g.voter_id = v.id) AS tags,
    export_opted_out(v) AS opted_out
  FROM export_voters(NULLIF(current_setting('app.export_list', true), '')::bigint,
                     current_setting('app.export_guarded')::boolean) x (id)
  JOIN voters v ON v.organization_id = app_organization_id() AND v.id = x.id
  ORDER BY v.id
) TO STDOUT (FORMAT csv, HEADER)

-- name: export_record
SELECT record_bulk('voter', 'update', :arg.n::bigint)

-- Command line -------------------------------------------------------------------------------------

-- name: import_local
-- Create everything for an import of local files in one statement.
WITH source AS (
  INSERT INTO voter_sources (organization_id, name, provider, permitted_use, received_on, acknowledged_at)
  SELECT :call.organization_id::bigint, :arg.name::text, :arg.provider::text, :arg.permitted_use::text, current_date, now()
  WHERE :arg.source_id::bigint IS NULL
  RETURNING id
), made AS (
  INSERT INTO imports (organization_id, source_id, name, profile_key, profile_id, complete, auto_apply, confirmed, local_files,
    file_name, file_bytes,
    state)
  SELECT :call.organization_id::bigint, COALESCE(:arg.source_id::bigint, (SELECT id FROM source)), :arg.name::text,
    :arg.profile_key::text, :arg.profile_id::bigint, :arg.complete::boolean, NOT :arg.dry_run::boolean,
    :arg.confirm::boolean, :arg.files::jsonb,
    :arg.name::text, :arg.bytes::bigint,
    'reading'
  RETURNING id
)
SELECT m.id, job_enqueue(:call.organization_id::bigint, 'import.local', jsonb_build_object('import_id', m.id)) AS job_id
  FROM made m

-- name: import_local_profile
INSERT INTO voter_profiles (organization_id, name, profile) VALUES (:call.organization_id::bigint, :arg.name::text,
  :arg.profile::jsonb)
ON CONFLICT (organization_id, name) DO UPDATE SET profile = EXCLUDED.profile
RETURNING id

-- name: import_local_organization
SELECT organization_by_slug(:arg.slug::text) AS id

-- name: import_local_state
SELECT i.state, i.progress, i.rows_read, i.rows_rejected, i.planned, i.applied, i.problems, i.columns, i.doubts, i.error_code, i.error,
  j.state AS job_state,
  j.last_error
FROM imports i JOIN jobs j ON j.organization_id = i.organization_id AND j.id = :arg.job_id::bigint
WHERE i.organization_id = :call.organization_id::bigint AND i.id = :arg.import_id::bigint

-- name: import_local_cancel
UPDATE imports SET cancel_requested = true WHERE organization_id = :call.organization_id::bigint AND id = :arg.import_id::bigint
