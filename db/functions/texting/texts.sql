-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Contents and size of texts. The rules are the same as in cc-text-template.h and cc-text-size.h,
-- which the server applies to values in memory; tests/db/test_text_rules.py compares the two
-- (docs/decisions/0001-c-and-sql.md).

-- Returns encoding and segments of a text: GSM-7 with 160 characters (153 in each of several
-- segments; nine characters count twice), or UCS-2 with 70 (67) units of 16 bits. Source: 3GPP TS
-- 23.038. A character is never split between segments.
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

-- Returns a name with corrected case: names in files are often in capitals.
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
  field text;
BEGIN
  LOOP -- the template is read once, so that braces in a value are plain text
    at := strpos(rest, '{');
    ends := strpos(substr(rest, at + 1), '}');
    EXIT WHEN at = 0 OR ends = 0;
    field := substr(rest, at + 1, ends - 1);
    made := made || left(rest, at - 1)
      || COALESCE(NULLIF(fields ->> split_part(field, '|', 1), ''), substring(field FROM '\|(.*)$'), '');
    rest := substr(rest, at + ends + 1);
  END LOOP;
  RETURN made || rest;
END
$$;

-- Returns a field of the template that has neither value nor substitute, such as first_name; NULL:
-- none. Prevents texts such as "Hi , vote Tuesday!".
CREATE OR REPLACE FUNCTION text_unfilled(template text, fields jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT f.name[1] FROM regexp_matches(template, '\{([a-z_]+)\}', 'g') WITH ORDINALITY f (name, place)
  WHERE COALESCE(fields ->> f.name[1], '') = '' ORDER BY f.place LIMIT 1
$$;

GRANT EXECUTE ON FUNCTION text_length(text), text_name(text), text_render(text,jsonb), text_unfilled(text,jsonb)
  TO campaign_api;
