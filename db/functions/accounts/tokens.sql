-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Rules for the validity of proofs of identity: mailed links, sessions, the second factor,
-- unverified addresses.

-- Trigger: at most one valid link per person and purpose, so creating one invalidates the previous
-- one. The lock on the person's row makes two concurrent creations run one after the other.
CREATE OR REPLACE FUNCTION email_token_one_live() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.purpose <> 'undo_email' THEN
    PERFORM FROM users u WHERE u.id = NEW.user_id FOR NO KEY UPDATE;
    UPDATE email_tokens t SET used_at = now()
    WHERE t.user_id = NEW.user_id AND t.purpose = NEW.purpose AND t.used_at IS NULL;
  END IF;
  RETURN NEW;
END
$$;

-- Returns the time after which an unused session ends. A phone may stay unused between two
-- weekends.
CREATE OR REPLACE FUNCTION session_idle(kind text) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE kind WHEN 'cookie' THEN interval '2 hours' ELSE interval '30 days' END $$;

CREATE OR REPLACE FUNCTION session_lives(kind text, expires_at timestamptz, last_seen_at timestamptz,
  revoked_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT revoked_at IS NULL AND expires_at > now() AND last_seen_at > now() - session_idle(kind) $$;

-- Is a second factor required at sign-in? True when it was set up and has not ended; it ends some
-- days after it was reported as lost.
CREATE OR REPLACE FUNCTION second_factor_holds(confirmed_at timestamptz, ends_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT confirmed_at IS NOT NULL AND (ends_at IS NULL OR ends_at > now()) $$;

-- Count one use of a daily budget. False: @most uses were reached.
CREATE OR REPLACE FUNCTION daily_take(subject text, most int) RETURNS boolean
LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
  INSERT INTO daily_counts AS c (subject, day, n) VALUES (subject, (now() AT TIME ZONE 'UTC')::date, 1)
  ON CONFLICT ON CONSTRAINT daily_counts_pkey DO UPDATE SET n = c.n + 1 WHERE c.n < most;
  RETURN FOUND;
END
$$;

GRANT EXECUTE ON FUNCTION session_idle(text), session_lives(text,timestamptz,timestamptz,timestamptz),
  second_factor_holds(timestamptz,timestamptz)
  TO campaign_api, campaign_definer;
GRANT EXECUTE ON FUNCTION daily_take(text,int) TO campaign_api;

SET LOCAL ROLE campaign_definer;

-- A person who proves access to a mailbox gets its address: an account that was registered with the
-- address and never verified is deleted. It never had a session, so no data belongs to it.
CREATE OR REPLACE FUNCTION account_clear(email text, person bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  DELETE FROM users u WHERE u.email = $1 AND u.id <> $2 AND u.email_verified_at IS NULL;
END
$$;

GRANT EXECUTE ON FUNCTION account_clear(text,bigint) TO campaign_api;

RESET ROLE;
