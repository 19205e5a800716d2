-- SPDX-License-Identifier: GPL-3.0-or-later
-- The queue of jobs. See docs/internals/jobs.md.

-- name: job_enqueue
INSERT INTO jobs (kind, payload, organization_id)
VALUES (:arg.kind::text, :arg.payload::bytea, COALESCE(:call.organization_id::bigint, 0))

-- name: job_claim
-- Claim due jobs of these kinds, and running jobs whose worker did not renew its lease, each for
-- the lease time of its kind. Workers never wait for each other.
WITH due AS (
  SELECT organization_id, id FROM jobs
  WHERE kind = ANY (:arg.kinds::text[])
    AND ((state = 'queued' AND run_at <= now())
      OR (state = 'running' AND locked_until < now() AND attempts < :arg.attempts_max::int))
  ORDER BY run_at, id LIMIT :arg.n::int FOR UPDATE SKIP LOCKED),
claimed AS (
  UPDATE jobs j
  SET state = 'running', attempts = j.attempts + 1,
      locked_until = now() + make_interval(secs => w.lease_s)
  FROM due, unnest(:arg.kinds::text[], :arg.leases::int[]) AS w (kind, lease_s)
  WHERE j.organization_id = due.organization_id AND j.id = due.id AND j.kind = w.kind
  RETURNING j.id, j.run_at, j.kind, j.payload, j.attempts, j.created_at, j.organization_id
)
SELECT id, kind, payload, attempts, organization_id, (extract(epoch FROM created_at) * 1000000)::bigint AS made
FROM claimed ORDER BY run_at, id

-- name: job_claim_slow
-- Claim one job of an organization that has no running job of these kinds.
SELECT id, kind, payload, attempts, organization_id, (extract(epoch FROM created_at) * 1000000)::bigint AS made
FROM job_claim_slow(:arg.kinds::text[], :arg.leases::int[], :arg.attempts_max::int)

-- name: job_extend
-- Extend a lease. No row: the lease was lost.
UPDATE jobs SET locked_until = now() + make_interval(secs => :arg.lease_s::int)
WHERE organization_id = :arg.organization::bigint AND id = :arg.id::bigint AND state = 'running' AND attempts = :arg.attempts::int
RETURNING id

-- name: job_hold
-- Last statement of a job's transaction. While its lock is held, no other worker can take the job
-- over before the commit.
SELECT id FROM jobs
WHERE organization_id = :arg.organization::bigint AND id = :arg.id::bigint AND state = 'running' AND attempts = :arg.attempts::int FOR SHARE

-- name: job_again
-- Put a job back into the queue for its own worker. This is not a failure, so the attempt does not
-- count.
UPDATE jobs
SET state = 'queued', attempts = attempts - 1, run_at = now() + make_interval(secs => :arg.after_s::int),
    locked_until = NULL
WHERE organization_id = :arg.organization::bigint AND id = :arg.id::bigint AND state = 'running' AND attempts = :arg.attempts::int

-- name: job_give_up
-- Mark jobs as failed that have crashed their worker too often.
UPDATE jobs
SET state = 'failed', finished_at = now(), locked_until = NULL,
    last_error = format('The worker went away %s times while it ran.', attempts)
WHERE state = 'running' AND locked_until < now() AND attempts >= :arg.attempts_max::int

-- name: job_done
-- Mark a job as done. :arg.attempts is a fencing token: a worker whose lease has ended changes
-- nothing. The payload is deleted, because it is not needed any more.
UPDATE jobs SET state = 'done', payload = '', locked_until = NULL, last_error = NULL, finished_at = now()
WHERE organization_id = :arg.organization::bigint AND id = :arg.id::bigint AND state = 'running' AND attempts = :arg.attempts::int

-- name: job_retry
-- Retry a job after 2, 4, 8 … seconds, at most an hour; :arg.attempts_max tries in all.
UPDATE jobs
SET state = CASE WHEN attempts >= :arg.attempts_max::int THEN 'failed' ELSE 'queued' END,
    run_at = now() + LEAST(interval '1 hour', make_interval(secs => 2 ^ attempts)),
    finished_at = CASE WHEN attempts >= :arg.attempts_max::int THEN now() END,
    locked_until = NULL, last_error = :arg.error::text
WHERE organization_id = :arg.organization::bigint AND id = :arg.id::bigint AND state = 'running' AND attempts = :arg.attempts::int

-- name: job_figures
SELECT count(*) FILTER (WHERE state <> 'failed') AS queued, count(*) FILTER (WHERE state = 'failed') AS failed
FROM jobs WHERE state IN ('queued', 'running', 'failed')

-- name: job_clean_jobs
DELETE FROM jobs WHERE state IN ('done', 'failed') AND finished_at < now() -
  CASE state WHEN 'done' THEN interval '3 days' ELSE interval '90 days' END

-- name: job_clean_sessions
DELETE FROM sessions
WHERE expires_at < now() - interval '30 days' OR revoked_at < now() - interval '30 days'

-- name: job_clean_email_tokens
DELETE FROM email_tokens WHERE expires_at < now() - interval '30 days'

-- name: job_clean_idempotency_keys
DELETE FROM idempotency_keys WHERE created_at < now() - interval '25 hours'

-- name: job_clean_daily_counts
DELETE FROM daily_counts WHERE day < (now() AT TIME ZONE 'UTC')::date - 1
