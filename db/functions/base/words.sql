-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- How words are compared, in every search and wherever a name is a key: as voter_fold and search_text leave them.

-- The parts of a word of a search, as patterns. What dots and hyphens part may be one word where it is found, so only the
-- first part begins a word; initials alone are one word: "meet-up" finds Meetup, "j.r." finds JR and nobody called Jane Roe.
CREATE OR REPLACE FUNCTION word_patterns(word text) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  initials constant boolean := word ~ '^([[:alpha:]][.-])+[[:alpha:]]?[.-]?$';
BEGIN
  RETURN QUERY SELECT CASE WHEN p.n = 1 AND length(p.part) < 3 THEN '% ' ELSE '%' END
      || replace(replace(replace(p.part, '\', '\\'), '%', '\%'), '_', '\_') || '%'
    FROM (SELECT w.part, row_number() OVER (ORDER BY w.o) AS n
          FROM regexp_split_to_table(CASE WHEN initials THEN translate(word, '.-', '') ELSE word END, '[.-]+')
            WITH ORDINALITY w (part, o) WHERE w.part ~ '[[:alnum:]]') p;
END
$$;

-- What a search asks for, as patterns for LIKE over search_text; all must be there, in any order. A word of three letters
-- or more may stand anywhere, a shorter one begins a word: "rosa me" and "medina ro" find Rosa Medina, "0101" a number that
-- has it. A telephone number is one word, with or without the country. Signs alone find nothing, and no pattern at all says
-- that nothing was asked for: {""} is the pattern that nothing matches.
CREATE OR REPLACE FUNCTION search_patterns(wanted text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  folded text := voter_fold(wanted);
  patterns text[];
BEGIN
  IF folded ~ '^[-+(). 0-9]+$' AND length(regexp_replace(folded, '\D', '', 'g')) >= 7 THEN
    folded := regexp_replace(folded, '\D', '', 'g');
  END IF;
  patterns := ARRAY(
    SELECT DISTINCT p FROM regexp_split_to_table(translate(folded, ',#', '  '), '\s+') word
    CROSS JOIN LATERAL word_patterns(word) p WHERE word ~ '[[:alnum:]]' LIMIT 12);
  RETURN CASE WHEN patterns = '{}' AND folded ~ '\S' THEN '{""}' ELSE patterns END;
END
$$;

-- Does the text have all that is asked for? NULL and no pattern ask for nothing.
CREATE OR REPLACE FUNCTION search_finds(source text, patterns text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN patterns IS NULL OR search_text(source) LIKE ALL (patterns);
END
$$;

-- A name where it is a key: letters and digits of any script, without blanks and punctuation; '' where it has none.
CREATE OR REPLACE FUNCTION name_key(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN COALESCE(regexp_replace(voter_fold(name), '[^[:alnum:]]', '', 'g'), '');
END
$$;

GRANT EXECUTE ON FUNCTION word_patterns(text), search_patterns(text), search_finds(text,text[]), name_key(text)
  TO campaign_api, campaign_definer, campaign_public;
