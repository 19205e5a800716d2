-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The functions that the schema itself stands on, and the tables that belong to no organization.
-- Run as campaign_owner after db/roles.sql.
--
-- A function stands in a migration only when a policy, an index or another migration calls it:
-- tests/db/test_functions.py has their list. All others are in db/functions.

-- A new function is executable by PUBLIC by default; here every right to execute is granted by name.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE campaign_definer;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
RESET ROLE;
-- One PostgreSQL asks for no right on the sequence of an identity column; tables that are distributed
-- over several machines do.
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO campaign_api, campaign_definer;

-- The settings of a transaction ------------------------------------------------------------------

-- Unset, or left over as '' after a transaction that set it, reads as NULL: no row equals it, so a
-- forgotten tenant shows nothing. Plain SQL without SET, so that the planner inlines it into policies.
CREATE FUNCTION app_organization_id() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT NULLIF(current_setting('app.organization_id', true), '')::bigint $$;

CREATE FUNCTION app_user_id() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT NULLIF(current_setting('app.user_id', true), '')::bigint $$;

GRANT EXECUTE ON FUNCTION app_organization_id(), app_user_id()
  TO campaign_api, campaign_definer;

-- What every tenant table has --------------------------------------------------------------------

-- Forced row-level security with the tenant's policy, and what the server may do with the rows.
CREATE FUNCTION tenant_policy(name text, rights text DEFAULT 'SELECT, INSERT, UPDATE, DELETE') RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('CREATE POLICY %I ON %I TO campaign_owner, campaign_api
                  USING (organization_id = app_organization_id())', name || '_tenant', name);
  EXECUTE format('GRANT %s ON %I TO campaign_api', rights, name);
END
$$;

-- What every tenant table has: tenant_policy, and the foreign key to its organization. The triggers of
-- the table are made by tenant_triggers (db/functions/audit/tenant.sql).
CREATE FUNCTION tenant_table(name text, rights text DEFAULT 'SELECT, INSERT, UPDATE, DELETE') RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM tenant_policy(name, rights);
  EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (organization_id) REFERENCES organizations (id)
                  ON DELETE CASCADE', name, name || '_organization_id_fkey');
END
$$;

-- What indexes are made of -----------------------------------------------------------------------

-- A place on the map, or NULL. Inlined, and what the index over buildings is made of; names with their schema,
-- since a dump is read back without a search path.
CREATE FUNCTION map_point(latitude double precision, longitude double precision) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT public.ST_SetSRID(public.ST_MakePoint(longitude, latitude), 4326) $$;

-- Small letters without accents and apostrophes. unaccent is STABLE only because its rules are a file, which
-- nobody changes under a running installation. plpgsql, because SQL around a STABLE function is not inlined
-- and costs an import several times as much.
CREATE FUNCTION voter_fold(source text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
BEGIN
  IF octet_length(source) = length(source) THEN
    RETURN replace(lower(source), '''', '');
  END IF;
  RETURN replace(lower(public.unaccent('public.unaccent'::regdictionary, source)), '''', '');
END
$$;

-- The order of lists, and what a prefix is looked up in: "medina rosa". Cut off, so that it fits into a cursor.
CREATE FUNCTION voter_sort_key(first_name text, last_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT left(public.voter_fold(last_name || ' ' || first_name), 60) $$;

-- What a part is looked for in: ' rosa l. medina 12 canal park ["+16175550101"]'. A word begins after a blank.
CREATE FUNCTION voter_search_text(first_name text, middle_name text, last_name text, address text, phones jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT public.voter_fold(' ' || first_name || ' ' || COALESCE(middle_name, '') || ' ' || last_name || ' '
                           || COALESCE(address, '') || ' ' || phones::text)
$$;

GRANT EXECUTE ON FUNCTION map_point(double precision, double precision), voter_fold(text),
  voter_sort_key(text, text), voter_search_text(text, text, text, text, jsonb) TO campaign_api, campaign_definer;

-- People -----------------------------------------------------------------------------------------

CREATE TABLE users (
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  email text NOT NULL, -- NFC, case folded by the server
  email_verified_at timestamptz,
  password_hash text NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  phone text,
  phone_verified_at timestamptz,
  avatar_url text,
  timezone text NOT NULL DEFAULT 'America/New_York',
  notification_preferences jsonb NOT NULL DEFAULT '{}',
  totp_secret bytea, -- sealed by the server's key
  totp_confirmed_at timestamptz,
  totp_last_step bigint, -- a code works once
  last_login_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_email_key UNIQUE (email),
  CONSTRAINT users_email_check CHECK (email <> ''),
  CONSTRAINT users_notification_preferences_check CHECK (jsonb_typeof(notification_preferences) = 'object'),
  CONSTRAINT users_totp_secret_check CHECK (totp_confirmed_at IS NULL OR totp_secret IS NOT NULL)
);

CREATE TABLE recovery_codes (
  user_id bigint NOT NULL,
  code_hash bytea NOT NULL,
  used_at timestamptz,
  CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash),
  CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE sessions (
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  token_hash bytea NOT NULL, -- SHA-256 of the whole token; the token itself is stored nowhere
  user_id bigint NOT NULL,
  active_organization_id bigint,
  kind text NOT NULL,
  user_agent text,
  ip_address text,
  device_name text,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT sessions_token_hash_key UNIQUE (token_hash),
  CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT sessions_kind_check CHECK (kind IN ('cookie', 'bearer'))
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);
CREATE INDEX sessions_active_organization_id_idx ON sessions (active_organization_id);

CREATE TABLE email_tokens (
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  token_hash bytea NOT NULL,
  user_id bigint NOT NULL,
  purpose text NOT NULL,
  email text NOT NULL, -- the address it was sent to; for change_email the new one
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  CONSTRAINT email_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT email_tokens_token_hash_key UNIQUE (token_hash),
  CONSTRAINT email_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT email_tokens_purpose_check CHECK (purpose IN ('verify', 'reset', 'change_email'))
);
CREATE INDEX email_tokens_user_id_idx ON email_tokens (user_id);
CREATE INDEX email_tokens_expires_at_idx ON email_tokens (expires_at);

-- Idempotency ------------------------------------------------------------------------------------

CREATE TABLE idempotency_keys (
  scope text NOT NULL, -- the actor and the operation
  key text NOT NULL,
  request_hash bytea NOT NULL,
  status int, -- NULL: the write has not told its answer
  body bytea, -- sealed
  etag text,
  location text,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope, key),
  CONSTRAINT idempotency_keys_key_check CHECK (length(key) BETWEEN 1 AND 255)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

-- Jobs -------------------------------------------------------------------------------------------

-- A queue of the whole installation: a worker serves every organization, so there is no policy here;
-- organization_id says whom a job is for, and the payload is sealed.
CREATE TABLE jobs (
  organization_id bigint NOT NULL DEFAULT 0, -- 0: of no organization
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  kind text NOT NULL,
  payload bytea NOT NULL,
  state text NOT NULL DEFAULT 'queued',
  attempts int NOT NULL DEFAULT 0,
  run_at timestamptz NOT NULL DEFAULT now(),
  locked_until timestamptz,
  last_error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  CONSTRAINT jobs_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT jobs_state_check CHECK (state IN ('queued', 'running', 'done', 'failed')),
  CONSTRAINT jobs_attempts_check CHECK (attempts >= 0)
);
CREATE INDEX jobs_lease_idx ON jobs (locked_until) WHERE state = 'running';
CREATE INDEX jobs_finished_at_idx ON jobs (finished_at) WHERE state IN ('done', 'failed');
-- Claiming names kinds, so that ten thousand mails that wait for an outbox are not read by every look
-- for an import.
CREATE INDEX jobs_kind_idx ON jobs (kind, run_at, id) WHERE state = 'queued';

GRANT SELECT, INSERT, UPDATE ON users TO campaign_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_codes, sessions, email_tokens, idempotency_keys, jobs
  TO campaign_api;
-- A SECURITY DEFINER function may enqueue a job, and reads none.
GRANT INSERT, SELECT (id) ON jobs TO campaign_definer;
