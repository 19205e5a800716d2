-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Enqueueing a job from a statement or a function.

-- Enqueue a job whose payload is plain JSON, in the transaction that causes it. For routes whose work
-- is one statement, and for functions; a route says wakes_jobs to have it looked at right away. Kinds
-- with a sealed payload (mails) are the server's alone.
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

GRANT EXECUTE ON FUNCTION job_enqueue(bigint,text,jsonb,timestamp with time zone)
  TO campaign_api, campaign_definer;
