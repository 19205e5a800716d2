-- SPDX-License-Identifier: GPL-3.0-or-later
-- Voters, tags, saved lists, households, duplicates. The rules are in db/functions/voters
-- (docs/internals/voters.md). A voter is always returned through voter_shown, which hides where
-- confidential people live.

-- name: voter_list
SELECT {columns a}, s.search_key, s.scan_end
FROM voters_page(:call.organization_id::bigint,
       jsonb_strip_nulls(jsonb_build_object('text', :query.text::text, 'party', :query.party::text, 'precinct', :query.precinct::text,
         'city', :query.city::text, 'zip5', :query.zip5::text, 'tags_any', :query.tag_id::bigint,
         'support_levels', :query.support_level::bigint)),
       NOT right_has(:call.rights::jsonb, 'manage_voters'), :page.cursor_1::text, :page.cursor_2::bigint, :page.limit::int) s
JOIN voters v ON v.organization_id = :call.organization_id::bigint AND v.id = s.id
CROSS JOIN LATERAL voter_shown(v, right_has(:call.rights::jsonb, 'manage_voters')) h
CROSS JOIN LATERAL (SELECT h.*, voter_tags_of(h.organization_id, h.id) AS tags) a
ORDER BY s.scan_end, s.search_key COLLATE "C", s.id

-- name: voter_search
SELECT {columns a}, s.search_key, s.scan_end
FROM voters_page(:call.organization_id::bigint, voter_filter_sent(:call.organization_id::bigint, '', :body::jsonb), NOT right_has(:call.rights::jsonb, 'manage_voters'), :page.cursor_1::text,
                   :page.cursor_2::bigint, :page.limit::int) s
JOIN voters v ON v.organization_id = :call.organization_id::bigint AND v.id = s.id
CROSS JOIN LATERAL voter_shown(v, right_has(:call.rights::jsonb, 'manage_voters')) h
CROSS JOIN LATERAL (SELECT h.*, voter_tags_of(h.organization_id, h.id) AS tags) a
ORDER BY s.scan_end, s.search_key COLLATE "C", s.id

-- name: voter_count
SELECT voters_count(:call.organization_id::bigint, voter_filter_sent(:call.organization_id::bigint, '', :body::jsonb), :query.reach::text, :query.aim::text,
                    NOT right_has(:call.rights::jsonb, 'manage_voters')) AS count

-- name: voter_get
SELECT {columns a}
FROM voters v
CROSS JOIN LATERAL voter_shown(v, right_has(:call.rights::jsonb, 'manage_voters')) h
CROSS JOIN LATERAL (SELECT h.*, voter_tags_of(h.organization_id, h.id) AS tags) a
WHERE v.organization_id = :call.organization_id::bigint AND v.id = :path.voter_id::bigint

-- name: voter_address_given
-- Return the residence as it will be after the change, as input of ccd_residence_parse. voter_id is
-- NULL for a new voter.
SELECT r.address, r.unit, r.city, r.state, r.zip5, r.precinct, r.zip5 IS NULL AND v.address_key IS NOT NULL AS by_city
FROM (SELECT 1) one
LEFT JOIN voters v ON v.organization_id = :call.organization_id::bigint AND v.id = :arg.voter_id::bigint
CROSS JOIN LATERAL jsonb_populate_record(v, :body::jsonb) r

-- name: voter_create
WITH home AS MATERIALIZED (SELECT h.* FROM voter_home(:call.organization_id::bigint, :arg.home::jsonb) h),
made AS (
  INSERT INTO voters (organization_id, address_key, door_id, household_id, {writable})
  SELECT :call.organization_id::bigint, home.address_key, home.door_id, home.household_id, {writable r}
  FROM home CROSS JOIN jsonb_populate_record(NULL::voters, voter_given(voter_body(:body::jsonb))) r
  RETURNING voters AS v)
SELECT {columns a}
FROM made CROSS JOIN LATERAL voter_shown(made.v, true) h CROSS JOIN LATERAL (SELECT h.*, '[]'::jsonb AS tags) a

-- name: voter_update
WITH home AS MATERIALIZED (SELECT h.* FROM voter_home(:call.organization_id::bigint, :arg.home::jsonb) h),
made AS (
  UPDATE voters v
  SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(v, voter_body(:body::jsonb)) r),
    address_key = CASE WHEN :arg.home::jsonb IS NULL THEN v.address_key ELSE home.address_key END,
    door_id = CASE WHEN :arg.home::jsonb IS NULL THEN v.door_id ELSE home.door_id END,
    household_id = CASE WHEN :arg.home::jsonb IS NULL THEN v.household_id ELSE home.household_id END
  FROM home
  WHERE v.organization_id = :call.organization_id::bigint AND v.id = :path.voter_id::bigint
    AND assert_version(v.version, :call.if_match::bigint)
    AND assert_rule(v.merged_into IS NULL, 'voter_merged', 'This voter was merged into another: change that one.')
    AND assert_rule(NOT voter_erased(v.organization_id, v.id), 'voter_erased', 'This person was erased: the record stays empty.')
  RETURNING v)
SELECT {columns a}
FROM made CROSS JOIN LATERAL voter_shown(made.v, true) h
CROSS JOIN LATERAL (SELECT h.*, voter_tags_of(h.organization_id, h.id) AS tags) a

-- name: voter_tag
SELECT {columns a}
FROM voter_tag(:call.organization_id::bigint, :path.voter_id::bigint, :body::jsonb) t
CROSS JOIN LATERAL (SELECT (t.person).*, t.tags) a

-- name: voter_tag_all
SELECT t.voters, t.added, t.removed
FROM voters_tag_all(:call.organization_id::bigint, :body::jsonb) t

-- name: household_get
-- Read a household. Without manage_voters, a household with only confidential people does not
-- exist, and confidential people are not counted.
SELECT h.id, h.door_id, b.address, d.unit, h.updated_at,
  CASE WHEN right_has(:call.rights::jsonb, 'manage_voters') THEN h.n_voters ELSE jsonb_array_length(p.people) END AS n_voters,
  p.people
FROM households h
CROSS JOIN LATERAL (
  SELECT COALESCE(jsonb_agg(voter_summary(v) ORDER BY voter_sort_key(v.first_name, v.last_name) COLLATE "C", v.id)
                  FILTER (WHERE NOT v.confidential OR right_has(:call.rights::jsonb, 'manage_voters')), '[]') AS people,
    COALESCE(bool_and(v.confidential), false) AS hidden
  FROM voters v WHERE v.organization_id = h.organization_id AND v.household_id = h.id AND v.merged_into IS NULL) p
LEFT JOIN doors d ON d.organization_id = h.organization_id AND d.id = h.door_id
LEFT JOIN buildings b ON b.organization_id = d.organization_id AND b.id = d.building_id
WHERE h.organization_id = :call.organization_id::bigint AND h.id = :path.household_id::bigint
  AND (NOT p.hidden OR right_has(:call.rights::jsonb, 'manage_voters'))

-- name: tag_list
SELECT {columns}, voter_fold(name) AS sort_key
FROM tags
WHERE organization_id = :call.organization_id::bigint
  AND (voter_fold(name) COLLATE "C", id) > (CASE WHEN :page.cursor_1::text IS NULL THEN '' ELSE :page.cursor_1::text END,
                                            CASE WHEN :page.cursor_2::bigint IS NULL THEN 0 ELSE :page.cursor_2::bigint END)
ORDER BY voter_fold(name) COLLATE "C", id
LIMIT :page.limit::int

-- name: tag_get
SELECT {columns t} FROM tags t WHERE t.organization_id = :call.organization_id::bigint AND t.id = :path.tag_id::bigint

-- name: tag_create
INSERT INTO tags (organization_id, {writable})
SELECT :call.organization_id::bigint, {writable r} FROM jsonb_populate_record(NULL::tags, :body::jsonb) r
RETURNING {columns}

-- name: tag_update
UPDATE tags t SET ({writable}) = (SELECT {writable r} FROM jsonb_populate_record(t, :body::jsonb) r)
WHERE t.organization_id = :call.organization_id::bigint AND t.id = :path.tag_id::bigint
  AND assert_version(t.version, :call.if_match::bigint)
RETURNING {columns t}

-- name: tag_delete
DELETE FROM tags t
WHERE t.organization_id = :call.organization_id::bigint AND t.id = :path.tag_id::bigint
  AND assert_version(t.version, :call.if_match::bigint)
  AND assert_rule(NOT EXISTS (SELECT FROM script_options o
                              WHERE o.organization_id = t.organization_id AND o.tag_id = t.id),
                  'tag_in_use', 'A script gives this tag: take it out there first.')
RETURNING t.id

-- name: voter_list_list
SELECT {columns}, voter_fold(name) AS sort_key
FROM voter_lists
WHERE organization_id = :call.organization_id::bigint
  AND (voter_fold(name) COLLATE "C", id) > (CASE WHEN :page.cursor_1::text IS NULL THEN '' ELSE :page.cursor_1::text END,
                                            CASE WHEN :page.cursor_2::bigint IS NULL THEN 0 ELSE :page.cursor_2::bigint END)
ORDER BY voter_fold(name) COLLATE "C", id
LIMIT :page.limit::int

-- name: voter_list_create
INSERT INTO voter_lists (organization_id, created_by, {writable})
SELECT :call.organization_id::bigint, :call.user_id::bigint, {writable r}
FROM jsonb_populate_record(NULL::voter_lists, :body::jsonb || jsonb_build_object('filter',
       voter_filter_kept(:call.organization_id::bigint, :body::jsonb -> 'filter'))) r
RETURNING {columns}

-- name: voter_list_get
SELECT {columns} FROM voter_lists WHERE organization_id = :call.organization_id::bigint AND id = :path.list_id::bigint

-- name: voter_list_update
UPDATE voter_lists l
SET ({writable}) = (SELECT {writable r}
  FROM jsonb_populate_record(l, :body::jsonb || CASE WHEN :body::jsonb ? 'filter' THEN jsonb_build_object('filter',
         voter_filter_kept(l.organization_id, :body::jsonb -> 'filter')) ELSE '{}' END) r)
WHERE l.organization_id = :call.organization_id::bigint AND l.id = :path.list_id::bigint
  AND assert_version(l.version, :call.if_match::bigint)
RETURNING {columns l}

-- name: voter_list_delete
DELETE FROM voter_lists l
WHERE l.organization_id = :call.organization_id::bigint AND l.id = :path.list_id::bigint
  AND assert_version(l.version, :call.if_match::bigint)
RETURNING l.id

-- name: voter_list_count
SELECT voters_count(:call.organization_id::bigint, voter_list_filter(:call.organization_id::bigint, :path.list_id::bigint),
                    :query.reach::text, :query.aim::text, NOT right_has(:call.rights::jsonb, 'manage_voters')) AS count

-- name: voter_list_read
WITH page AS MATERIALIZED (
  SELECT s.id, s.search_key, s.scan_end FROM voters_page(:call.organization_id::bigint,
    voter_list_filter(:call.organization_id::bigint, :path.list_id::bigint), NOT right_has(:call.rights::jsonb, 'manage_voters'),
    :page.cursor_1::text, :page.cursor_2::bigint, :page.limit::int) s),
logged AS MATERIALIZED (
  SELECT record_read('voter_list.read', 'voter_list', :path.list_id::bigint,
                     LEAST((SELECT count(*) FROM page WHERE NOT scan_end), :page.limit::int - 1)))
SELECT {columns a}, s.search_key, s.scan_end
FROM logged CROSS JOIN page s
JOIN voters v ON v.organization_id = :call.organization_id::bigint AND v.id = s.id
CROSS JOIN LATERAL voter_shown(v, right_has(:call.rights::jsonb, 'manage_voters')) h
CROSS JOIN LATERAL (SELECT h.*, voter_tags_of(h.organization_id, h.id) AS tags) a
WHERE voter_list_filter(:call.organization_id::bigint, :path.list_id::bigint) IS NOT NULL -- also refuses an unknown list when the page is empty
ORDER BY s.scan_end, s.search_key COLLATE "C", s.id

-- name: duplicate_list
-- Read pairs of duplicates: highest score first, of equal scores the newest first, as in
-- voter_duplicates_score_idx. rank is the name of the score in the cursor.
SELECT {columns a}, a.rank
FROM voter_duplicates d
JOIN voters v ON v.organization_id = d.organization_id AND v.id = d.voter_id
JOIN voters o ON o.organization_id = d.organization_id AND o.id = d.other_id
CROSS JOIN LATERAL (SELECT d.*, voter_summary(v) AS voter, voter_summary(o) AS other, -d.score AS rank) a
WHERE d.organization_id = :call.organization_id::bigint AND d.state = :query.state::text
  AND (d.score, d.id) < (CASE WHEN :page.cursor_1::double precision IS NULL THEN 'infinity'
                              ELSE - :page.cursor_1::double precision END,
                         CASE WHEN :page.cursor_2::bigint IS NULL THEN 9223372036854775807 ELSE :page.cursor_2::bigint END)
ORDER BY d.score DESC, d.id DESC
LIMIT :page.limit::int

-- name: duplicate_find
SELECT COALESCE(duplicates_waiting(:call.organization_id::bigint),
                job_enqueue(:call.organization_id::bigint, 'duplicates', '{}')) AS job_id

-- name: duplicate_find_all
SELECT duplicates_find(:call.organization_id::bigint) AS n

-- name: duplicate_record
SELECT record_bulk('voter_duplicate', 'update', :arg.n::bigint)

-- name: duplicate_dismiss
WITH made AS (
  UPDATE voter_duplicates d
  SET state = 'dismissed', decided_by = COALESCE(d.decided_by, :call.user_id::bigint), decided_at = COALESCE(d.decided_at, now())
  WHERE d.organization_id = :call.organization_id::bigint AND d.id = :path.duplicate_id::bigint
    AND assert_rule(d.state <> 'merged', 'pair_merged', 'This pair was merged: undo that first.')
  RETURNING d.*)
SELECT {columns a}
FROM made d
JOIN voters v ON v.organization_id = d.organization_id AND v.id = d.voter_id
JOIN voters o ON o.organization_id = d.organization_id AND o.id = d.other_id
CROSS JOIN LATERAL (SELECT d.*, voter_summary(v) AS voter, voter_summary(o) AS other) a

-- name: voter_merge
SELECT {columns m}
FROM voter_merge(:call.organization_id::bigint, :body.survivor_id::bigint, :body.merged_id::bigint, :call.user_id::bigint,
  :call.actor::text) m

-- name: merge_list
SELECT {columns}
FROM voter_merges
WHERE organization_id = :call.organization_id::bigint
  AND (merged_at, id) < (CASE WHEN :page.cursor_1::timestamptz IS NULL THEN 'infinity' ELSE :page.cursor_1::timestamptz END,
                         CASE WHEN :page.cursor_2::bigint IS NULL THEN 0 ELSE :page.cursor_2::bigint END)
ORDER BY merged_at DESC, id DESC
LIMIT :page.limit::int

-- name: merge_get
SELECT {columns m} FROM voter_merges m WHERE m.organization_id = :call.organization_id::bigint AND m.id = :path.merge_id::bigint

-- name: merge_undo
SELECT {columns m} FROM voter_merge_undo(:call.organization_id::bigint, :path.merge_id::bigint, :call.user_id::bigint) m

-- name: voter_erase
SELECT {columns} FROM voter_erase(:call.organization_id::bigint, :path.voter_id::bigint, :call.actor::text, :arg.key::bytea)

-- name: erasure_list
SELECT {columns} FROM erasures
WHERE organization_id = :call.organization_id::bigint AND id > CASE WHEN :page.cursor_1::bigint IS NULL THEN 0 ELSE :page.cursor_1::bigint END
ORDER BY id LIMIT :page.limit::int
