-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Normal forms of words for comparison, used by every search and wherever a name is a key; the
-- input was normalized by voter_fold or search_text.

-- Returns the parts of a searched word as LIKE patterns. What a search separates by dots and
-- hyphens may be one word in a text, so only the first part must begin a word; initials count as
-- one word: "meet-up" finds Meetup, "j.r." finds JR but not Jane Roe.
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

-- Returns the LIKE patterns of a search over search_text; all must match, in any order. A word of
-- three letters or more may match anywhere, a shorter one must match the beginning of a word: "rosa
-- me" and "medina ro" find Rosa Medina, "0101" finds a number that contains it. A telephone number
-- is one word, with or without country code. If the search contains only punctuation, the result is
-- {""}, which matches no text. If the search is blank, the result is {}: no restriction.
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

-- Does the text match all patterns? NULL or no pattern matches everything.
CREATE OR REPLACE FUNCTION search_finds(source text, patterns text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN patterns IS NULL OR search_text(source) LIKE ALL (patterns);
END
$$;

-- Returns a name as a key: its letters and digits in any script, without blanks and punctuation; ''
-- when it has none.
CREATE OR REPLACE FUNCTION name_key(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN COALESCE(regexp_replace(voter_fold(name), '[^[:alnum:]]', '', 'g'), '');
END
$$;

GRANT EXECUTE ON FUNCTION word_patterns(text), search_patterns(text), search_finds(text,text[]), name_key(text)
  TO campaign_api, campaign_definer, campaign_public;
