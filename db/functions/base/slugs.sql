-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Makes slugs from names.

-- Returns a slug: a-z, 0-9 and single inner hyphens, at most 80 characters, so that a number fits
-- within the 100 characters of a slug column. Empty when the text has no Latin letter or digit.
CREATE OR REPLACE FUNCTION slugify(source text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT trim(BOTH '-' FROM left(trim(BOTH '-' FROM regexp_replace(
    -- NFKD separates accents from letters; accents and apostrophes are removed without leaving a
    -- hyphen.
    regexp_replace(lower(normalize(source, NFKD)), '[\u0300-\u036f''\u2019]', '', 'g'),
    '[^a-z0-9]+', '-', 'g')), 80))
$$;

GRANT EXECUTE ON FUNCTION slugify(text)
  TO campaign_api;
