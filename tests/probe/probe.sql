-- SPDX-License-Identifier: GPL-3.0-or-later
-- Statements of the probe. Its tables are made by tests/harness/probe.py, without row-level security.

-- name: probe_enqueue
SELECT job_enqueue(:call.organization_id::bigint, :body.kind::text, jsonb_build_object('n', :body.n::bigint)) AS id

-- name: probe_names
SELECT :body.address::text AS address, :body.actor::text AS actor, :body.request_id::text AS request_id,
       :body.rights::text AS rights, :body.organization_id::bigint AS organization_id, :body.user_id::bigint AS user_id,
       :body.limit::bigint AS "limit", :call.address::text AS call_address, :call.actor::text AS call_actor,
       :call.organization_id::bigint AS call_organization_id, :call.user_id::bigint AS call_user_id

-- name: probe_step
INSERT INTO probe_steps (job_id, step, organization_id)
VALUES (:call.job_id::bigint, :arg.step::bigint, app_organization_id())

-- name: probe_steps_done
SELECT count(*) AS n FROM probe_steps WHERE job_id = :call.job_id::bigint

-- name: probe_sleep
SELECT pg_sleep(:arg.seconds::float8)

-- name: probe_copy_in
COPY probe_rows (id, name) FROM STDIN (FORMAT csv)

-- name: probe_copy_out
COPY (SELECT id, name FROM probe_rows WHERE id <= current_setting('app.probe_most')::bigint ORDER BY id)
TO STDOUT (FORMAT csv)

-- name: probe_most
SELECT set_config('app.probe_most', :arg.most::text, true)

-- name: probe_rows_n
SELECT count(*) AS n FROM probe_rows
