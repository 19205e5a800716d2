-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The four roles of Campaign Center. Run once by a superuser, connected to the application's database,
-- before the first migration; running it again changes nothing. Migrations need no superuser after it.
--
-- Roles get no passwords here: pg_hba.conf decides (peer or trust on a private socket). In
-- production set them afterwards: ALTER ROLE campaign_api PASSWORD '…';
--
-- NOINHERIT is important. campaign_api is a member of campaign_public, and campaign_owner of
-- campaign_definer, only to be able to SET ROLE: an inherited membership would also inherit the
-- row-level policies of those roles, and every tenant's query would see other tenants' published
-- events.

SET client_min_messages = warning; -- no notices about existing grants

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['campaign_owner', 'campaign_api', 'campaign_public', 'campaign_definer'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I', wanted);
    END IF;
  END LOOP;
END
$$;

-- Owns every table and runs the migrations. Row-level security applies to it, too (FORCE).
ALTER ROLE campaign_owner LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;
-- The server.
ALTER ROLE campaign_api LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;
-- Rights of visitors; the server sets this role for public reads.
ALTER ROLE campaign_public NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;
-- Owner of the SECURITY DEFINER functions, with restricted policies.
ALTER ROLE campaign_definer NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;

GRANT campaign_public TO campaign_api;
GRANT campaign_definer TO campaign_owner;

-- The audit log stores rows as JSON, and JSON contains times in the session's zone.
ALTER ROLE campaign_owner SET timezone = 'UTC';
ALTER ROLE campaign_api SET timezone = 'UTC';

-- A transaction left open delays the change feed for everybody. Long migrations are not idle, so
-- they are not affected.
ALTER ROLE campaign_owner SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE campaign_api SET idle_in_transaction_session_timeout = '60s';

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO campaign_api, campaign_public;
GRANT USAGE, CREATE ON SCHEMA public TO campaign_owner, campaign_definer;

-- The server gets no TEMP right: a temporary table could shadow a real one.
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO campaign_api', current_database());
  EXECUTE format('GRANT CONNECT, TEMPORARY, CREATE ON DATABASE %I TO campaign_owner', current_database());
END
$$;

-- Extensions for maps and search. Only a superuser may install PostGIS; its packages keep it up to
-- date. btree_gist: one index over organization and position; btree_gin: over organization and
-- text; pg_trgm, unaccent: search by part, without accents.
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
