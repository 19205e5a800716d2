-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Limits of what one organization or person may use. They are settings of the server, which passes
-- them to every session as app.budgets ("TAGS_PER_ORGANIZATION:2000,…"); a session without
-- app.budgets has no limits.

CREATE OR REPLACE FUNCTION budget(setting text) RETURNS bigint
LANGUAGE sql STABLE
AS $$ SELECT substring(current_setting('app.budgets', true) FROM setting || ':(\d+)')::bigint $$;

-- Refuse a request that would exceed a limit. used: the use including the requested amount; what:
-- the counted thing, for the message; way: how to proceed without a higher limit.
CREATE OR REPLACE FUNCTION assert_budget(setting text, used numeric, what text, way text) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF used > budget(setting) THEN
    RAISE EXCEPTION USING ERRCODE = 'CC409', DETAIL = 'budget_spent', MESSAGE = format(
      '%s: this would be %s of at most %s (%s). %s', what, used, budget(setting), setting, way);
  END IF;
  RETURN true;
END
$$;

-- BEFORE INSERT trigger of a table with a limited number of rows per organization. TG_ARGV:
-- setting, table, the parameters what and way of assert_budget, condition for the rows that count.
CREATE OR REPLACE FUNCTION budget_guard() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  used bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM (SELECT FROM %I WHERE organization_id = $1 AND (%s) LIMIT $2) t', TG_ARGV[1],
                 COALESCE(TG_ARGV[4], 'true')) INTO used USING NEW.organization_id, budget(TG_ARGV[0]);
  PERFORM assert_budget(TG_ARGV[0], used + 1, TG_ARGV[2], TG_ARGV[3]);
  RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION budget(text), assert_budget(text,numeric,text,text), budget_guard() TO campaign_api, campaign_definer;
