-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The hash chain of the audit log: appending a row and verifying an organization's chain.

-- Returns the SHA-256 of the row's canonical text, a JSON array: its quoting separates the parts
-- unambiguously, NULL differs from '', and jsonb has one text for one value. IMMUTABLE, because a
-- distributed UPDATE allows no other function of its columns; this is correct, because equal
-- arguments give equal texts under all settings (the time is passed as a number). Written in
-- plpgsql, because PostgreSQL does not inline an IMMUTABLE function over jsonb_build_array and
-- would plan an SQL function at each call.
CREATE OR REPLACE FUNCTION audit_hash(organization_id bigint, prev_hash bytea, seq bigint, at timestamptz, actor text,
  action text, entity text, entity_id bigint, request_id text, address text, before jsonb, after jsonb)
RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN sha256(convert_to(jsonb_build_array(encode(prev_hash, 'hex'), organization_id, seq,
    (extract(epoch FROM at) * 1000000)::bigint, actor, action, entity, entity_id, request_id, address,
    before, after)::text, 'UTF8'));
END
$$;

-- The hash before the first row of a chain.
CREATE OR REPLACE FUNCTION audit_genesis() RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT '\x0000000000000000000000000000000000000000000000000000000000000000'::bytea $$;

SET LOCAL ROLE campaign_definer;

-- Append one row to an organization's chain. The UPDATE waits for the previous writer and continues
-- from the row that it wrote; the lock is held until the commit. Called only by the functions
-- below, with their owner's rights.
CREATE OR REPLACE FUNCTION audit_append(organization_id bigint, action text, entity text, entity_id bigint,
  before jsonb, after jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_variable
DECLARE
  at timestamptz := clock_timestamp();
  actor text := COALESCE(NULLIF(current_setting('app.actor', true), ''), 'system');
  request_id text := NULLIF(current_setting('app.request_id', true), '');
  address text := NULLIF(current_setting('app.address', true), '');
  head audit_heads;
BEGIN
  LOOP
    UPDATE audit_heads h
      SET seq = h.seq + 1, prev_hash = h.hash,
          hash = audit_hash(h.organization_id, h.hash, h.seq + 1, at, actor, action, entity, entity_id,
                            request_id, address, before, after)
      WHERE h.organization_id = $1
      RETURNING h.* INTO head;
    EXIT WHEN FOUND;
    INSERT INTO audit_heads AS h VALUES ($1, 0, audit_genesis(), audit_genesis()) ON CONFLICT DO NOTHING;
  END LOOP;
  INSERT INTO audit_log VALUES ($1, head.seq, at, actor, action, entity, entity_id, request_id, address,
                                before, after, head.prev_hash, head.hash);
END
$$;

-- Returns the problems of an organization's chain; no rows when the chain is intact. Recomputes
-- every hash. An edited row has a wrong hash; a removed row leaves a gap; a moved or inserted row
-- does not follow the row before it; a cut-off tail or a wrong head is found at the end. If a
-- forger can rewrite everything including the head, only a comparison with a head that was stored
-- elsewhere (audit_head) detects it.
CREATE OR REPLACE FUNCTION audit_verify(organization bigint) RETURNS TABLE (seq bigint, problem text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH head AS (SELECT h.seq, h.hash FROM audit_heads h WHERE h.organization_id = $1),
  last AS (SELECT l.seq, l.hash FROM audit_log l WHERE l.organization_id = $1 ORDER BY l.seq DESC LIMIT 1),
  chain AS (
    SELECT l.seq, l.prev_hash, l.hash,
           COALESCE(lag(l.seq) OVER w, 0) AS before_seq,
           COALESCE(lag(l.hash) OVER w, audit_genesis()) AS before_hash,
           audit_hash(l.organization_id, l.prev_hash, l.seq, l.at, l.actor, l.action, l.entity, l.entity_id,
                      l.request_id, l.address, l.before, l.after) AS computed
    FROM audit_log l WHERE l.organization_id = $1
    WINDOW w AS (ORDER BY l.seq)
  )
  SELECT c.seq, p.problem
  FROM chain c CROSS JOIN LATERAL (VALUES
    (c.before_seq + 1 <> c.seq, format('rows %s to %s are missing', c.before_seq + 1, c.seq - 1)),
    (c.before_hash <> c.prev_hash, 'does not follow the row before it'),
    (c.computed <> c.hash, 'was edited: its hash is another')
  ) p (found, problem)
  WHERE p.found
  UNION ALL
  SELECT GREATEST(h.seq, l.seq),
         CASE WHEN h.seq IS NULL THEN 'the chain has no head'
              WHEN h.seq > COALESCE(l.seq, 0)
                THEN format('the end is missing: rows %s to %s', COALESCE(l.seq, 0) + 1, h.seq)
              WHEN h.seq < l.seq THEN format('rows %s to %s stand behind the head', h.seq + 1, l.seq)
              ELSE 'the head has another hash than the last row' END
  FROM head h FULL JOIN last l ON true
  WHERE h.seq IS DISTINCT FROM COALESCE(l.seq, 0)
     OR h.hash IS DISTINCT FROM COALESCE(l.hash, audit_genesis());
END
$$;

-- Returns the end of a chain, to be stored where this database's administrator has no access.
CREATE OR REPLACE FUNCTION audit_head(organization bigint, OUT seq bigint, OUT hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT h.seq, h.hash FROM audit_heads h WHERE h.organization_id = $1 $$;

-- Returns every organization that has a head or rows, including deleted organizations. Skips
-- through an index instead of reading the whole log.
CREATE OR REPLACE FUNCTION audit_organizations() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  WITH RECURSIVE logged (id) AS (
    SELECT min(organization_id) FROM audit_log
    UNION ALL
    SELECT (SELECT min(l.organization_id) FROM audit_log l WHERE l.organization_id > logged.id)
    FROM logged WHERE logged.id IS NOT NULL
  )
  SELECT id FROM logged WHERE id IS NOT NULL
  UNION
  SELECT organization_id FROM audit_heads
  ORDER BY 1
$$;

GRANT EXECUTE ON FUNCTION audit_verify(bigint), audit_head(bigint), audit_organizations()
  TO campaign_owner;

RESET ROLE;

GRANT EXECUTE ON FUNCTION
  audit_hash(bigint,bytea,bigint,timestamp with time zone,text,text,text,bigint,text,text,jsonb,jsonb),
  audit_genesis()
  TO campaign_definer;
