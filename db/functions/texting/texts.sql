-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Templates, segments and intents of texts.

-- What somebody who answers a text wants of the sender: 'stop', 'start', or NULL. The first word stop, certain
-- phrases anywhere, or one of a few words as the whole text. A bill that must be stopped is no opt-out.
CREATE OR REPLACE FUNCTION text_intent(body text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE
    WHEN said ~ '^\W*stop\y' OR said ~ '\yremove me\W*$' OR said ~ '\ystop(2quit|all)\y'
      OR said ~ '\y(remove my name|take me off th\w+ list|lose my number|delete my number|i opt out)\y'
      OR said ~ '\ydon.?t contact me\y'
      OR said ~ '^\W*(unsubscribe|cancel|end|quit)\W*$' THEN 'stop'
    WHEN said ~ '^\W*(start|unstop)\W*$' THEN 'start'
  END
  FROM (SELECT regexp_replace(lower(body), '\s+', ' ', 'g') AS said) c
$$;

-- How a text travels: GSM-7 with 160 characters (153 each when there are several; nine count twice), or else
-- UCS-2 with 70 (67) units of 16 bits. 3GPP TS 23.038. A character is never cut in two.
CREATE OR REPLACE FUNCTION text_length(body text, OUT encoding text, OUT units int, OUT segments int)
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  basic constant text := E'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&''()*+,-./0123456789:;<=>?¡'
    'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
  twice constant text := E'\f^{}\\[~]|€';
  one int;
  room int;
  many int := 1;
  used int := 0;
BEGIN
  encoding := CASE WHEN translate(body, basic || twice, '') = '' THEN 'gsm7' ELSE 'ucs2' END;
  room := CASE encoding WHEN 'gsm7' THEN 153 ELSE 67 END;
  units := 0;
  FOR i IN 1 .. length(body) LOOP
    one := CASE WHEN encoding = 'gsm7' THEN 1 + (strpos(twice, substr(body, i, 1)) > 0)::int
                ELSE 1 + (ascii(substr(body, i, 1)) > 65535)::int END;
    units := units + one;
    IF used + one > room THEN
      many := many + 1;
      used := 0;
    END IF;
    used := used + one;
  END LOOP;
  segments := CASE WHEN units = 0 THEN 0 WHEN units <= CASE encoding WHEN 'gsm7' THEN 160 ELSE 70 END THEN 1 ELSE many END;
END
$$;

-- The fields that a template may name.
CREATE OR REPLACE FUNCTION text_fields() RETURNS text[]
LANGUAGE sql IMMUTABLE
AS $$ SELECT '{first_name,last_name,city,precinct,organization,texter_first_name}'::text[] $$;

-- A name as people write it: a file's capitals are not shouted.
CREATE OR REPLACE FUNCTION text_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN name = upper(name) THEN initcap(name) ELSE name END $$;

CREATE OR REPLACE FUNCTION text_render(template text, fields jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
  made text := '';
  rest text := template;
  at int;
  ends int;
BEGIN
  LOOP -- once over the template: what a field brings is text, braces and all
    at := strpos(rest, '{');
    ends := strpos(substr(rest, at + 1), '}');
    EXIT WHEN at = 0 OR ends = 0;
    made := made || left(rest, at - 1) || COALESCE(fields ->> substr(rest, at + 1, ends - 1), '');
    rest := substr(rest, at + ends + 1);
  END LOOP;
  RETURN made || rest;
END
$$;

-- What is wrong with a template, or NULL.
CREATE OR REPLACE FUNCTION text_template_fault(template text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE
    WHEN unknown IS NOT NULL THEN format('There is no field {%s}.', unknown)
    WHEN regexp_replace(template, '\{[^{}]*\}', '', 'g') ~ '[{}]' THEN 'A brace has no partner.'
  END
  FROM (SELECT (SELECT m[1] FROM regexp_matches(template, '\{([^{}]*)\}', 'g') m
                WHERE m[1] <> ALL (text_fields()) LIMIT 1) AS unknown) f
$$;

-- Values of usual length, to see what a template becomes.
CREATE OR REPLACE FUNCTION text_usual() RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
  SELECT '{"first_name": "Alexandra", "last_name": "Washington", "city": "Springfield", "precinct": "12-3",
    "organization": "Neighbors for Springfield", "texter_first_name": "Alexandra"}'::jsonb
$$;

-- Stands in a WHERE.
CREATE OR REPLACE FUNCTION assert_template(field text, template text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
  IF text_template_fault(template) IS NOT NULL THEN
    PERFORM refuse_field_hint(field, 'unknown_field', text_template_fault(template),
                              format('Fields are {%s}.', array_to_string(text_fields(), '}, {')));
  END IF;
  RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION text_intent(text), text_length(text), text_fields(), text_name(text),
  text_render(text,jsonb), text_template_fault(text), text_usual(), assert_template(text,text)
  TO campaign_api;
