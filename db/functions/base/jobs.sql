-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Enqueues and claims jobs.

-- Enqueue a job with a plain JSON payload in the current transaction. Used by functions, and by
-- routes whose work is one statement; after a route with wakes_jobs the worker checks the queue
-- immediately. Jobs with a sealed payload (mails) are enqueued only by the server.
CREATE OR REPLACE FUNCTION job_enqueue(organization_id bigint, kind text, payload jsonb,
  run_at timestamptz DEFAULT now()) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  made bigint;
BEGIN
  INSERT INTO jobs (kind, organization_id, payload, run_at)
    VALUES ($2, COALESCE($1, 0), convert_to($3::text, 'UTF8'), $4)
    RETURNING id INTO made;
  RETURN made;
END
$$;

-- Trigger: fills jobs.share_key; a job without an organization gets the one of the transaction.
CREATE OR REPLACE FUNCTION job_share() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.share_key := (SELECT m.user_id FROM organization_members m
                    WHERE m.organization_id = NEW.organization_id AND m.role = 'owner' ORDER BY m.id LIMIT 1);
  RETURN NEW;
END
$$;

-- Claim one due job of these kinds for its kind's lease, from an organization that has no running
-- job of these kinds. So each organization uses at most one thread of a lane, whatever number of
-- jobs it has queued. Jobs without an organization (0) do not wait for each other. A person with
-- several organizations gets a second thread only when nobody else waits. A lock makes claims run
-- one after the other; the statement after the lock sees what the previous claim committed.
CREATE OR REPLACE FUNCTION job_claim_slow(kinds text[], leases int[], attempts_max int) RETURNS SETOF jobs
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  due jobs;
  at_work bigint[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('job_claim_slow ' || kinds[1], 0));
  at_work := ARRAY(SELECT r.share_key FROM jobs r
                   WHERE r.kind = ANY (kinds) AND r.state = 'running' AND r.locked_until >= now() AND r.share_key IS NOT NULL);
  SELECT j.* INTO due FROM jobs j
    WHERE j.kind = ANY (kinds)
      AND (j.state = 'queued' AND j.run_at <= now()
           OR j.state = 'running' AND j.locked_until < now() AND j.attempts < attempts_max)
      AND (j.organization_id = 0 OR NOT EXISTS (
        SELECT FROM jobs r WHERE r.organization_id = j.organization_id AND r.kind = ANY (kinds) AND r.state = 'running'
          AND r.locked_until >= now()))
    ORDER BY COALESCE(j.share_key = ANY (at_work), false), j.run_at, j.id LIMIT 1 FOR UPDATE SKIP LOCKED;
  RETURN QUERY UPDATE jobs j
    SET state = 'running', attempts = j.attempts + 1,
        locked_until = now() + make_interval(secs => leases[array_position(kinds, due.kind)])
    WHERE j.organization_id = due.organization_id AND j.id = due.id
    RETURNING j.*;
END
$$;

GRANT EXECUTE ON FUNCTION job_enqueue(bigint,text,jsonb,timestamp with time zone)
  TO campaign_api, campaign_definer;
GRANT EXECUTE ON FUNCTION job_claim_slow(text[],integer[],integer)
  TO campaign_api;
