-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- How words are compared, in every search and wherever a name is a key: as voter_fold leaves them.

-- What a search asks for, as patterns for LIKE over a folded text that begins with a blank; all must be there, in any
-- order. A word of three letters or more may stand anywhere, a shorter one begins a word: "rosa me" and "medina ro" find
-- Rosa Medina, "0101" a number that has it. A telephone number is one word, with or without the country. Signs alone
-- find nothing, and no pattern at all says that nothing was asked for: {""} is the pattern that nothing matches.
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
    SELECT DISTINCT CASE WHEN length(word) < 3 THEN '% ' ELSE '%' END
      || replace(replace(replace(word, '\', '\\'), '%', '\%'), '_', '\_') || '%'
    FROM regexp_split_to_table(replace(folded, ',', ' '), '\s+') word
    WHERE word ~ '[[:alnum:]]' LIMIT 12);
  RETURN CASE WHEN patterns = '{}' AND folded ~ '\S' THEN '{""}' ELSE patterns END;
END
$$;

-- Does the text have all that is asked for? NULL and no pattern ask for nothing.
CREATE OR REPLACE FUNCTION search_finds(source text, patterns text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN patterns IS NULL OR ' ' || voter_fold(source) LIKE ALL (patterns);
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

GRANT EXECUTE ON FUNCTION search_patterns(text), search_finds(text,text[]), name_key(text)
  TO campaign_api, campaign_definer, campaign_public;
