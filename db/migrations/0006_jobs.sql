-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Jobs of several kinds: a worker claims those kinds that it knows and that can run now.

-- Claiming names kinds, so that ten thousand mails that wait for an outbox are not read by every look
-- for an import.
CREATE INDEX jobs_kind_idx ON jobs (kind, run_at, id) WHERE state = 'queued';
DROP INDEX jobs_claim_idx;

-- Enqueue a job whose payload is plain JSON, in the transaction that causes it. For routes whose work
-- is one statement, and for functions; a route says wakes_jobs to have it looked at right away. Kinds
-- with a sealed payload (mails) are the server's alone.
CREATE FUNCTION job_enqueue(kind text, organization_id bigint, payload jsonb,
  run_at timestamptz DEFAULT now()) RETURNS bigint
LANGUAGE sql VOLATILE
AS $$
  INSERT INTO jobs (kind, organization_id, payload, run_at)
  VALUES ($1, $2, convert_to($3::text, 'UTF8'), $4)
  RETURNING id
$$;
GRANT EXECUTE ON FUNCTION job_enqueue(text, bigint, jsonb, timestamptz) TO campaign_api, campaign_definer;
-- A SECURITY DEFINER function may enqueue one, and sees none.
GRANT INSERT, SELECT (id) ON jobs TO campaign_definer;
