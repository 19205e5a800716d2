-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The change feed for the readers of the live sockets.

SET LOCAL ROLE campaign_definer;

-- Returns those of the given organizations that have readable changes after their position (xid,
-- id). The query covers several organizations, so it runs with definer rights; it returns only ids.
CREATE OR REPLACE FUNCTION changes_waiting(organizations bigint[], xids xid8[], ids bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  settled xid8 := pg_snapshot_xmin(pg_current_snapshot());
BEGIN
  FOR i IN 1 .. coalesce(array_length(organizations, 1), 0) LOOP
    PERFORM FROM changes c
    WHERE c.organization_id = organizations[i] AND (c.xid, c.id) > (xids[i], ids[i]) AND c.xid < settled
    LIMIT 1;
    IF FOUND THEN
      RETURN NEXT organizations[i];
    END IF;
  END LOOP;
END
$$;

GRANT EXECUTE ON FUNCTION changes_waiting(bigint[],xid8[],bigint[]) TO campaign_api;

RESET ROLE;
