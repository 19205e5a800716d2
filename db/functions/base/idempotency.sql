-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Idempotency keys of writes. See docs/internals/database.md.

-- First statement of a write with a key, in the write's own transaction: key and work commit
-- together or not at all. Values of outcome:
-- - new: do the work, then UPDATE idempotency_keys SET status, body, …
-- - replay: answer with status, body, etag, location
-- - mismatch: the key was used for another request
-- - running: the first request has not ended, or ended without storing its answer; it is unknown
--   whether it took effect, so it is never repeated
-- The advisory lock makes a second request answer at once instead of waiting for the first one's
-- commit.
CREATE OR REPLACE FUNCTION idempotency_begin(scope text, key text, request_hash bytea,
  OUT outcome text, OUT status int, OUT body bytea, OUT location text, OUT etag text)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  found_row idempotency_keys;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended($1 || E'\n' || $2, 7)) THEN
    outcome := 'running';
    RETURN;
  END IF;
  SELECT k.* INTO found_row FROM idempotency_keys k WHERE k.scope = $1 AND k.key = $2;
  IF NOT FOUND THEN
    INSERT INTO idempotency_keys (scope, key, request_hash) VALUES ($1, $2, $3);
    outcome := 'new';
  ELSIF found_row.created_at < now() - interval '24 hours' THEN
    UPDATE idempotency_keys k
      SET request_hash = $3, status = NULL, body = NULL, etag = NULL, location = NULL, created_at = now()
      WHERE k.scope = $1 AND k.key = $2;
    outcome := 'new';
  ELSIF found_row.request_hash <> $3 THEN
    outcome := 'mismatch';
  ELSIF found_row.status IS NULL THEN
    outcome := 'running';
  ELSE
    outcome := 'replay';
    status := found_row.status;
    body := found_row.body;
    location := found_row.location;
    etag := found_row.etag;
  END IF;
END
$$;

GRANT EXECUTE ON FUNCTION idempotency_begin(text,text,bytea)
  TO campaign_api;
