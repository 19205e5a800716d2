-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Functions that refuse a request: they raise the SQLSTATEs that the server converts into problems.

-- Call it in the WHERE of a statement whose row must be in a certain state. If the row exists and
-- the rule does not hold, the reply is 409 with this code and message; without this function it
-- would be 404.
CREATE OR REPLACE FUNCTION assert_rule(holds boolean, code text, message text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  IF holds IS NOT TRUE THEN
    RAISE EXCEPTION '%', message USING ERRCODE = 'CC409', DETAIL = code;
  END IF;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION refuse_field(field text, code text, message text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'CC422', MESSAGE = message, DETAIL = code, COLUMN = field;
END
$$;

CREATE OR REPLACE FUNCTION refuse_not_found() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION 'There is no such thing, or it is not yours to see'
    USING ERRCODE = 'CC404', DETAIL = 'not_found';
END
$$;

CREATE OR REPLACE FUNCTION refuse_field_hint(field text, code text, message text, hint text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '%', message USING ERRCODE = 'CC422', DETAIL = code, COLUMN = field, HINT = hint;
END
$$;

GRANT EXECUTE ON FUNCTION assert_rule(boolean,text,text), refuse_field(text,text,text),
  refuse_not_found(), refuse_field_hint(text,text,text,text)
  TO campaign_api, campaign_definer;
