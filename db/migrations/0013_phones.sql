-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Phone banks: queues made from lists and who works on them; and the rules of hours and numbers, which text
-- campaigns share. See docs/internals/phone-banks.md.

-- Hours --------------------------------------------------------------------------------------------

-- Where a state or ZIP code keeps its clocks. More than one zone: nobody can tell from this alone, so it must
-- be a good hour in each. The longest prefix counts. Only names stand here; when a zone changes its
-- offset is the database's own knowledge.
CREATE TABLE state_zones (
  state text NOT NULL,
  zones text[] NOT NULL,
  CONSTRAINT state_zones_pkey PRIMARY KEY (state)
);
CREATE TABLE zip_zones (
  prefix text NOT NULL,
  zones text[] NOT NULL,
  CONSTRAINT zip_zones_pkey PRIMARY KEY (prefix)
);
GRANT SELECT ON state_zones, zip_zones TO campaign_api, campaign_definer;

INSERT INTO state_zones
SELECT s, zones::text[] FROM (VALUES
  ('CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV', '{America/New_York}'),
  ('AL AR IA IL LA MN MO MS OK WI', '{America/Chicago}'),
  ('CO MT NM UT WY', '{America/Denver}'),
  ('CA WA', '{America/Los_Angeles}'),
  ('HI', '{Pacific/Honolulu}'), ('PR VI', '{America/Puerto_Rico}'), ('GU MP', '{Pacific/Guam}'),
  ('AS', '{Pacific/Pago_Pago}'), ('AK', '{America/Adak,America/Anchorage}'),
  ('AZ', '{America/Denver,America/Phoenix}'), -- the Navajo Nation keeps summer time
  ('FL IN KY MI TN', '{America/Chicago,America/New_York}'),
  ('KS ND NE SD TX', '{America/Chicago,America/Denver}'),
  ('ID NV OR', '{America/Denver,America/Los_Angeles}')) r (states, zones), unnest(string_to_array(states, ' ')) s;

-- Three digits, first to last, of the sectional centres that lie in one zone or are known to lie in two.
INSERT INTO zip_zones
SELECT DISTINCT ON (prefix) lpad(n::text, 3, '0') AS prefix, zones::text[] FROM (VALUES
  (1, 5, 63, '{America/New_York}'), (1, 6, 9, '{America/Puerto_Rico}'), (1, 100, 319, '{America/New_York}'),
  (1, 320, 323, '{America/New_York}'), (1, 324, 324, '{America/Chicago,America/New_York}'),
  (1, 325, 325, '{America/Chicago}'), (1, 326, 349, '{America/New_York}'), (1, 350, 369, '{America/Chicago}'),
  (1, 370, 372, '{America/Chicago}'), (1, 373, 373, '{America/Chicago,America/New_York}'),
  (1, 374, 374, '{America/New_York}'), (1, 376, 379, '{America/New_York}'), (1, 380, 384, '{America/Chicago}'),
  (1, 385, 385, '{America/Chicago,America/New_York}'), (1, 386, 397, '{America/Chicago}'),
  (1, 398, 399, '{America/New_York}'), (1, 400, 401, '{America/Chicago,America/New_York}'),
  (1, 402, 418, '{America/New_York}'), (1, 420, 424, '{America/Chicago}'),
  (1, 425, 427, '{America/Chicago,America/New_York}'), (1, 430, 462, '{America/New_York}'),
  (1, 463, 464, '{America/Chicago}'), (1, 465, 474, '{America/New_York}'),
  (2, 475, 479, '{America/Chicago,America/New_York}'), (1, 476, 477, '{America/Chicago}'),
  (1, 480, 497, '{America/New_York}'), (1, 498, 499, '{America/Chicago,America/New_York}'),
  (1, 500, 567, '{America/Chicago}'), (1, 570, 574, '{America/Chicago}'),
  (1, 575, 576, '{America/Chicago,America/Denver}'), (1, 577, 577, '{America/Denver}'),
  (2, 580, 588, '{America/Chicago}'), (1, 585, 588, '{America/Chicago,America/Denver}'),
  (1, 590, 599, '{America/Denver}'), (1, 600, 676, '{America/Chicago}'),
  (1, 677, 679, '{America/Chicago,America/Denver}'), (1, 680, 689, '{America/Chicago}'),
  (1, 690, 692, '{America/Chicago,America/Denver}'), (1, 693, 693, '{America/Denver}'),
  (1, 700, 797, '{America/Chicago}'), (1, 798, 798, '{America/Chicago,America/Denver}'),
  (1, 799, 799, '{America/Denver}'), (1, 800, 834, '{America/Denver}'),
  (1, 835, 835, '{America/Denver,America/Los_Angeles}'), (1, 836, 837, '{America/Denver}'),
  (1, 838, 838, '{America/Los_Angeles}'), (1, 840, 847, '{America/Denver}'), (1, 850, 859, '{America/Phoenix}'),
  (1, 860, 860, '{America/Denver,America/Phoenix}'), (1, 863, 864, '{America/Phoenix}'),
  (1, 865, 865, '{America/Denver,America/Phoenix}'), (1, 870, 885, '{America/Denver}'),
  (1, 889, 897, '{America/Los_Angeles}'), (1, 898, 898, '{America/Denver,America/Los_Angeles}'),
  (1, 900, 961, '{America/Los_Angeles}'), (1, 967, 968, '{Pacific/Honolulu}'), (1, 969, 969, '{Pacific/Guam}'),
  (1, 970, 978, '{America/Los_Angeles}'), (1, 979, 979, '{America/Denver,America/Los_Angeles}'),
  (1, 980, 994, '{America/Los_Angeles}'), (1, 995, 999, '{America/Anchorage}')
  ) r (rank, first, last, zones), generate_series(first, last) n
ORDER BY 1, rank, last - first;
INSERT INTO zip_zones VALUES
  ('96799', '{Pacific/Pago_Pago}'), ('99546', '{America/Adak}'), ('99547', '{America/Adak}'),
  ('97914', '{America/Denver}'), ('89883', '{America/Denver}');

-- The zones of a person, as one key: "America/Chicago" or "America/Chicago,America/New_York". What ZIP and
-- state say differently is both. Nothing known: from the Atlantic to the Pacific, so that 9 to 21 becomes
-- 12 to 21 Eastern, which is 9 to 18 Pacific. Who lives beyond has a state that says so.
CREATE FUNCTION zones_of(home text, zip text) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT array_to_string(CASE
    WHEN by_zip IS NULL THEN COALESCE(by_state, '{America/Los_Angeles,America/New_York}')
    WHEN by_state IS NULL OR by_state @> by_zip THEN by_zip
    ELSE ARRAY(SELECT DISTINCT unnest(by_state || by_zip) ORDER BY 1) END, ',')
  FROM (SELECT
    (SELECT s.zones FROM state_zones s WHERE s.state = upper(home)) AS by_state,
    (SELECT z.zones FROM zip_zones z WHERE z.prefix IN (left(zip, 3), left(zip, 5))
     ORDER BY length(z.prefix) DESC LIMIT 1) AS by_zip) known
$$;

-- Is it between these hours in each of the zones? Through summer time, since the clocks there are asked.
CREATE FUNCTION hours_open(zones text, start_hour int, stop_hour int, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT bool_and(extract(hour FROM at AT TIME ZONE z) >= start_hour AND extract(hour FROM at AT TIME ZONE z) < stop_hour)
  FROM unnest(string_to_array(zones, ',')) z
$$;

-- When the hours end that are running at this time.
CREATE FUNCTION hours_end(zones text, stop_hour int, at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
  SELECT min((date_trunc('day', at AT TIME ZONE z) + make_interval(hours => stop_hour)) AT TIME ZONE z)
  FROM unnest(string_to_array(zones, ',')) z
$$;

-- The first moment from this one on when it is a good hour everywhere. NULL: the hours never meet.
CREATE FUNCTION hours_next(zones text, start_hour int, stop_hour int, at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
  SELECT min(t) FROM (
    SELECT at AS t UNION ALL
    SELECT ((at AT TIME ZONE z)::date + d + make_interval(hours => start_hour)) AT TIME ZONE z
    FROM unnest(string_to_array(zones, ',')) z, generate_series(0, 2) d) c
  WHERE t >= at AND hours_open(zones, start_hour, stop_hour, t)
$$;

-- Since 0011 consent_allows looks whether a withdrawal's contact still holds, and voters_matching (0010) asks it
-- as the definer.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = 'voter_contacts'::regclass
                   AND 'campaign_definer'::regrole = ANY (p.polroles)) THEN
    CREATE POLICY voter_contacts_matching ON voter_contacts FOR SELECT TO campaign_definer USING (true);
  END IF;
END
$$;
GRANT SELECT (organization_id, id, holds) ON voter_contacts TO campaign_definer;

-- What is common to both --------------------------------------------------------------------------

-- The first number of a person that may be used: not wrong, not dead, not withdrawn; for a text no landline.
CREATE FUNCTION usable_number(organization bigint, voter bigint, reach text, aim text) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT p.phone FROM voters v, jsonb_array_elements_text(v.phones) WITH ORDINALITY p (phone, n)
  WHERE v.organization_id = organization AND v.id = voter AND v.unreachable IS NULL AND v.merged_into IS NULL
    AND NOT EXISTS (SELECT FROM phone_flags f
      WHERE f.organization_id = organization AND f.phone = p.phone AND (f.voter_id IS NULL OR f.voter_id = v.id)
        AND (f.flag <> 'landline' OR reach = 'text'))
    AND consent_allows(organization, voter, reach, aim, p.phone)
  ORDER BY p.n LIMIT 1
$$;

-- May this number of this person be used now?
CREATE FUNCTION number_usable(organization bigint, voter bigint, number text, reach text, aim text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT EXISTS (SELECT FROM voters v
      WHERE v.organization_id = organization AND v.id = voter AND v.unreachable IS NULL AND v.merged_into IS NULL)
    AND NOT EXISTS (SELECT FROM phone_flags f
      WHERE f.organization_id = organization AND f.phone = number AND (f.voter_id IS NULL OR f.voter_id = voter)
        AND (f.flag <> 'landline' OR reach = 'text'))
    AND consent_allows(organization, voter, reach, aim, number)
$$;

-- Eight letters and digits that cannot be taken for each other; forty random bits.
CREATE FUNCTION joining_code() RETURNS text
LANGUAGE sql VOLATILE
AS $$
  SELECT string_agg(substr('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', get_byte(u, i) % 32 + 1, 1), '')
  FROM (SELECT uuid_send(gen_random_uuid()) AS u OFFSET 0) r, unnest('{0,1,2,3,4,5,9,10}'::int[]) i
$$;

-- As it was typed.
CREATE FUNCTION joining_code_clean(typed text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$ SELECT upper(regexp_replace(typed, '[\s-]', '', 'g')) $$;

CREATE FUNCTION refuse_not_found() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION 'There is no such thing, or it is not yours to see'
    USING ERRCODE = 'CC404', DETAIL = 'not_found';
END
$$;

CREATE FUNCTION refuse_field_hint(field text, code text, message text, hint text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '%', message USING ERRCODE = 'CC422', DETAIL = code, COLUMN = field, HINT = hint;
END
$$;

-- Stand in a WHERE: the list to be made a queue of, the member to take part.
CREATE FUNCTION assert_list(organization bigint, list bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM voter_lists l WHERE l.organization_id = organization AND l.id = list) THEN
    PERFORM refuse_field('list_id', 'unknown_list', 'There is no such list.');
  END IF;
  RETURN true;
END
$$;

CREATE FUNCTION assert_participant(organization bigint, person bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM organization_members m WHERE m.organization_id = organization AND m.user_id = person) THEN
    PERFORM refuse_field('user_id', 'unknown_member', 'There is no such member.');
  END IF;
  RETURN true;
END
$$;

-- A contact that must be recorded, or nothing is; its number.
CREATE FUNCTION phone_contact(who text, organization bigint, maker bigint, given jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  made record;
BEGIN
  SELECT (r.contact).id AS id, r.refused_code, r.refused_message INTO made
    FROM contact_record(who, organization, maker, given) r;
  IF made.refused_code IS NOT NULL THEN
    RAISE EXCEPTION '%', made.refused_message USING ERRCODE = 'CC409', DETAIL = made.refused_code;
  END IF;
  RETURN made.id;
END
$$;

GRANT EXECUTE ON FUNCTION zones_of(text, text), hours_open(text, int, int, timestamptz),
  hours_end(text, int, timestamptz), hours_next(text, int, int, timestamptz),
  usable_number(bigint, bigint, text, text), number_usable(bigint, bigint, text, text, text), joining_code(),
  joining_code_clean(text), refuse_not_found(), refuse_field_hint(text, text, text, text),
  assert_list(bigint, bigint), assert_participant(bigint, bigint), phone_contact(text, bigint, bigint, jsonb) TO campaign_api;

-- Phone banks --------------------------------------------------------------------------------------

CREATE TABLE phone_bank_sessions (
  organization_id bigint NOT NULL,
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  name text NOT NULL,
  list_id bigint, -- the queue is what it held when the phone bank was made
  script_id bigint,
  purpose text NOT NULL DEFAULT 'campaign',
  start_hour int NOT NULL DEFAULT 9, -- by the clock of whoever is called
  stop_hour int NOT NULL DEFAULT 21,
  cool_down_minutes int NOT NULL DEFAULT 240,
  max_attempts int NOT NULL DEFAULT 3,
  lease_minutes int NOT NULL DEFAULT 15,
  state text NOT NULL DEFAULT 'filling',
  code text NOT NULL,
  target_count int NOT NULL DEFAULT 0,
  zone_keys text[] NOT NULL DEFAULT '{}', -- that occur in its queue
  opened_at timestamptz,
  closed_at timestamptz,
  created_by bigint,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT phone_bank_sessions_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT phone_bank_sessions_code_key UNIQUE (organization_id, code),
  CONSTRAINT phone_bank_sessions_list_id_fkey FOREIGN KEY (organization_id, list_id)
    REFERENCES voter_lists (organization_id, id) ON DELETE SET NULL (list_id),
  CONSTRAINT phone_bank_sessions_script_id_fkey FOREIGN KEY (organization_id, script_id)
    REFERENCES scripts (organization_id, id),
  CONSTRAINT phone_bank_sessions_created_by_fkey FOREIGN KEY (created_by) REFERENCES users (id),
  CONSTRAINT phone_bank_sessions_name_check CHECK (name <> ''),
  CONSTRAINT phone_bank_sessions_purpose_check CHECK (purpose IN ('campaign', 'fundraising', 'volunteer')),
  CONSTRAINT phone_bank_sessions_stop_hour_check CHECK (start_hour >= 0 AND start_hour < stop_hour AND stop_hour <= 24),
  CONSTRAINT phone_bank_sessions_state_check CHECK (state IN ('filling', 'draft', 'open', 'paused', 'closed'))
);
COMMENT ON CONSTRAINT phone_bank_sessions_stop_hour_check ON phone_bank_sessions IS
  'The hours end after they begin, on the same day.';

CREATE TABLE phone_bank_callers (
  organization_id bigint NOT NULL,
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  session_id bigint NOT NULL,
  actor text NOT NULL, -- user:7, device:3
  user_id bigint,
  joined_at timestamptz NOT NULL DEFAULT now(),
  last_active_at timestamptz NOT NULL DEFAULT now(),
  left_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT phone_bank_callers_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT phone_bank_callers_actor_key UNIQUE (organization_id, session_id, actor),
  CONSTRAINT phone_bank_callers_session_id_fkey FOREIGN KEY (organization_id, session_id)
    REFERENCES phone_bank_sessions (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT phone_bank_callers_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id)
);
CREATE INDEX phone_bank_callers_own_idx ON phone_bank_callers (organization_id, actor);
CREATE TRIGGER phone_bank_callers_touch BEFORE UPDATE ON phone_bank_callers FOR EACH ROW
  WHEN (OLD.left_at IS DISTINCT FROM NEW.left_at) EXECUTE FUNCTION touch();

-- The queue. A row waits until it is done or turns out to be reachable no more.
CREATE TABLE phone_bank_targets (
  organization_id bigint NOT NULL,
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  session_id bigint NOT NULL,
  voter_id bigint NOT NULL,
  position int NOT NULL,
  zone_key text NOT NULL, -- of zones_of
  state text NOT NULL DEFAULT 'waiting',
  outcome text, -- the last result, or why it was left out
  attempts int NOT NULL DEFAULT 0,
  last_attempt_at timestamptz,
  next_at timestamptz, -- not before: cool-down
  call_back_at timestamptz, -- asked for
  call_back_actor text, -- whom the person spoke with
  lease_until timestamptz, -- somebody has it, or has the person in another phone bank
  done_at timestamptz,
  CONSTRAINT phone_bank_targets_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT phone_bank_targets_voter_id_key UNIQUE (organization_id, session_id, voter_id),
  CONSTRAINT phone_bank_targets_session_id_fkey FOREIGN KEY (organization_id, session_id)
    REFERENCES phone_bank_sessions (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT phone_bank_targets_voter_id_fkey FOREIGN KEY (organization_id, voter_id)
    REFERENCES voters (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT phone_bank_targets_state_check CHECK (state IN ('waiting', 'done', 'left_out'))
) WITH (fillfactor = 80);
-- The two queues of claim: who was never tried first, then the oldest try; and what somebody asked for.
CREATE INDEX phone_bank_targets_queue_idx ON phone_bank_targets
  (organization_id, session_id, last_attempt_at NULLS FIRST, position)
  WHERE state = 'waiting' AND call_back_at IS NULL;
CREATE INDEX phone_bank_targets_call_back_idx ON phone_bank_targets (organization_id, session_id, call_back_at)
  WHERE state = 'waiting' AND call_back_at IS NOT NULL;
CREATE INDEX phone_bank_targets_voter_idx ON phone_bank_targets (organization_id, voter_id);

-- A person handed to a caller, until there is a result or the lease has run out: the lock and its history.
CREATE TABLE phone_bank_calls (
  organization_id bigint NOT NULL,
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  session_id bigint NOT NULL,
  target_id bigint NOT NULL,
  voter_id bigint NOT NULL,
  actor text NOT NULL,
  user_id bigint,
  phone text NOT NULL, -- the number to dial
  claimed_at timestamptz NOT NULL DEFAULT now(),
  lease_until timestamptz NOT NULL,
  ended_at timestamptz,
  ended text,
  client_id uuid, -- of the result
  contact_id bigint,
  CONSTRAINT phone_bank_calls_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT phone_bank_calls_session_id_fkey FOREIGN KEY (organization_id, session_id)
    REFERENCES phone_bank_sessions (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT phone_bank_calls_target_id_fkey FOREIGN KEY (organization_id, target_id)
    REFERENCES phone_bank_targets (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT phone_bank_calls_voter_id_fkey FOREIGN KEY (organization_id, voter_id)
    REFERENCES voters (organization_id, id) ON DELETE CASCADE,
  CONSTRAINT phone_bank_calls_contact_id_fkey FOREIGN KEY (organization_id, contact_id)
    REFERENCES voter_contacts (organization_id, id),
  CONSTRAINT phone_bank_calls_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
  CONSTRAINT phone_bank_calls_ended_check CHECK (ended IN ('result', 'released', 'expired')),
  CONSTRAINT phone_bank_calls_ended_at_check CHECK ((ended IS NULL) = (ended_at IS NULL))
);
-- One person, one caller: in the whole organization, whatever the queues say.
CREATE UNIQUE INDEX phone_bank_calls_voter_id_key ON phone_bank_calls (organization_id, voter_id) WHERE ended_at IS NULL;
CREATE INDEX phone_bank_calls_own_idx ON phone_bank_calls (organization_id, session_id, actor, id);
CREATE INDEX phone_bank_calls_target_idx ON phone_bank_calls (organization_id, target_id);
CREATE INDEX phone_bank_calls_voter_idx ON phone_bank_calls (organization_id, voter_id, ended_at);

ALTER TABLE voter_contacts ADD CONSTRAINT voter_contacts_phone_bank_session_id_fkey
  FOREIGN KEY (organization_id, phone_bank_session_id) REFERENCES phone_bank_sessions (organization_id, id);
CREATE INDEX voter_contacts_phone_bank_idx ON voter_contacts (organization_id, phone_bank_session_id)
  WHERE phone_bank_session_id IS NOT NULL;

SELECT tenant_table('phone_bank_sessions', 'phone_bank');
SELECT tenant_table('phone_bank_callers', 'phone_bank_caller', silent => '{last_active_at}');
-- Thousands at a time, and each is told by its contact.
SELECT tenant_table('phone_bank_targets', NULL);
SELECT tenant_table('phone_bank_calls', NULL, 'SELECT, INSERT, UPDATE');

-- A call as its caller sees it.
CREATE VIEW phone_bank_call_rows WITH (security_invoker = true) AS
SELECT c.organization_id, c.id, c.session_id AS phone_bank_id, c.actor, c.phone, c.claimed_at, c.lease_until, c.ended_at,
  c.ended, c.contact_id, k.disposition, (k.answers IS NOT NULL) AS answered, t.attempts, t.state AS target_state,
  CASE WHEN t.call_back_actor = c.actor THEN t.call_back_at END AS call_back_at, v.id AS voter_id,
  jsonb_build_object('id', v.id, 'first_name', v.first_name, 'last_name', v.last_name, 'city', v.city,
    'precinct', v.precinct, 'party', v.party, 'birth_year', v.birth_year, 'support_level', v.support_level) AS voter
FROM phone_bank_calls c
JOIN phone_bank_targets t ON t.organization_id = c.organization_id AND t.id = c.target_id
JOIN voters v ON v.organization_id = c.organization_id AND v.id = c.voter_id
LEFT JOIN voter_contacts k ON k.organization_id = c.organization_id AND k.id = c.contact_id;
GRANT SELECT ON phone_bank_call_rows TO campaign_api;

-- The queue, in the job phonebank.fill. Doing it again adds nothing.
CREATE FUNCTION phone_bank_fill(organization bigint, bank bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  session phone_bank_sessions;
  n bigint;
BEGIN
  SELECT s.* INTO session FROM phone_bank_sessions s
    WHERE s.organization_id = organization AND s.id = bank AND s.state = 'filling' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO phone_bank_targets (organization_id, session_id, voter_id, position, zone_key)
  WITH chosen AS MATERIALIZED (
    SELECT v.id, v.state, v.zip5 FROM voter_lists l
    CROSS JOIN LATERAL voters_matching(organization, l.filter, 'phone', session.purpose) m
    JOIN voters v ON v.organization_id = organization AND v.id = m
    WHERE l.organization_id = organization AND l.id = session.list_id),
  places AS (
    SELECT state, zip5, zones_of(state, zip5) AS zone_key FROM (SELECT DISTINCT state, zip5 FROM chosen) d)
  SELECT organization, bank, c.id, row_number() OVER (ORDER BY c.id), p.zone_key
  FROM chosen c JOIN places p ON (p.state, p.zip5) IS NOT DISTINCT FROM (c.state, c.zip5);
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE phone_bank_sessions s SET state = 'draft', target_count = n,
    zone_keys = ARRAY(SELECT DISTINCT t.zone_key FROM phone_bank_targets t
                      WHERE t.organization_id = organization AND t.session_id = bank)
  WHERE s.organization_id = organization AND s.id = bank;
END
$$;

-- The phone bank for one of its callers, whose row is locked: what one caller does comes one after the other.
CREATE FUNCTION phone_bank_enter(who text, organization bigint, bank bigint) RETURNS phone_bank_sessions
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  session phone_bank_sessions;
BEGIN
  SELECT s.* INTO session FROM phone_bank_sessions s WHERE s.organization_id = organization AND s.id = bank;
  IF NOT FOUND THEN
    PERFORM refuse_not_found();
  END IF;
  UPDATE phone_bank_callers c SET last_active_at = now()
    WHERE c.organization_id = organization AND c.session_id = bank AND c.actor = who AND c.left_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'You are not among the callers: join with the code of this phone bank.'
      USING ERRCODE = 'CC409', DETAIL = 'not_joined';
  END IF;
  RETURN session;
END
$$;

-- Stand in the WHERE of a list: of a phone bank that is not there it is not empty, it does not exist.
CREATE FUNCTION assert_phone_bank(organization bigint, bank bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM phone_bank_sessions s WHERE s.organization_id = organization AND s.id = bank) THEN
    PERFORM refuse_not_found();
  END IF;
  RETURN true;
END
$$;

CREATE FUNCTION assert_call(organization bigint, bank bigint, call bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM phone_bank_calls c
                 WHERE c.organization_id = organization AND c.session_id = bank AND c.id = call) THEN
    PERFORM refuse_not_found();
  END IF;
  RETURN true;
END
$$;

CREATE FUNCTION assert_caller(who text, organization bigint, bank bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN assert_phone_bank(organization, bank) AND assert_rule(
    EXISTS (SELECT FROM phone_bank_callers c WHERE c.organization_id = organization AND c.session_id = bank
              AND c.actor = who AND c.left_at IS NULL),
    'not_joined', 'You are not among the callers: join with the code of this phone bank.');
END
$$;

-- What the caller has goes back at once.
CREATE FUNCTION phone_bank_leave(who text, organization bigint, bank bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  held record;
BEGIN
  FOR held IN SELECT c.id, c.target_id FROM phone_bank_calls c WHERE c.organization_id = organization
    AND c.session_id = bank AND c.actor = who AND c.ended_at IS NULL ORDER BY c.target_id
  LOOP
    UPDATE phone_bank_targets t SET lease_until = NULL WHERE t.organization_id = organization AND t.id = held.target_id;
    UPDATE phone_bank_calls c SET ended = 'released', ended_at = now()
      WHERE c.organization_id = organization AND c.id = held.id AND c.ended_at IS NULL;
  END LOOP;
  UPDATE phone_bank_callers c SET left_at = COALESCE(c.left_at, now())
    WHERE c.organization_id = organization AND c.session_id = bank AND c.actor = who;
END
$$;

-- The next who is due; no row when nobody is, or everybody is with somebody else at this moment.
-- Call-backs that were asked for come first, those of this caller before those that their own caller lets wait;
-- then who was never tried, then the oldest try.
CREATE FUNCTION phone_bank_next(who text, organization bigint, bank bigint, zones text[])
RETURNS SETOF phone_bank_targets
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
BEGIN
  RETURN QUERY SELECT t.* FROM phone_bank_targets t
    WHERE t.organization_id = organization AND t.session_id = bank AND t.state = 'waiting' AND t.call_back_at <= now()
      AND (t.lease_until IS NULL OR t.lease_until <= now()) AND t.zone_key = ANY (zones)
      AND (t.call_back_actor = who OR t.call_back_at <= now() - interval '5 minutes'
           OR NOT EXISTS (SELECT FROM phone_bank_callers c
                WHERE c.organization_id = organization AND c.session_id = bank AND c.actor = t.call_back_actor
                  AND c.left_at IS NULL AND c.last_active_at > now() - interval '15 minutes'))
    ORDER BY t.call_back_actor IS DISTINCT FROM who, t.call_back_at, t.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN QUERY SELECT t.* FROM phone_bank_targets t
      WHERE t.organization_id = organization AND t.session_id = bank AND t.state = 'waiting'
        AND t.call_back_at IS NULL AND (t.next_at IS NULL OR t.next_at <= now())
        AND (t.lease_until IS NULL OR t.lease_until <= now()) AND t.zone_key = ANY (zones)
      ORDER BY t.last_attempt_at NULLS FIRST, t.position LIMIT 1 FOR UPDATE OF t SKIP LOCKED;
  END IF;
END
$$;

-- Hand the person to the caller, if nobody has them. NULL: not this one; the queue's row says why and from when.
CREATE FUNCTION phone_bank_hand_out(who text, maker bigint, session phone_bank_sessions, target phone_bank_targets)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  number text := usable_number(session.organization_id, target.voter_id, 'phone', session.purpose);
  made bigint;
  wait timestamptz;
BEGIN
  IF number IS NULL THEN
    UPDATE phone_bank_targets t SET state = 'left_out', outcome = 'no_usable_number', done_at = now()
      WHERE t.organization_id = session.organization_id AND t.id = target.id;
    RETURN NULL;
  END IF;
  -- Who refused is left alone, whoever it was that called; who was called by another phone bank, for a while.
  -- What the person asked for goes before both.
  SELECT max(w) INTO wait FROM (
    SELECT v.quiet_until AS w FROM voters v WHERE v.organization_id = session.organization_id AND v.id = target.voter_id
    UNION ALL
    SELECT c.ended_at + make_interval(mins => session.cool_down_minutes) FROM phone_bank_calls c
    WHERE c.organization_id = session.organization_id AND c.voter_id = target.voter_id AND c.ended = 'result'
      AND c.session_id <> session.id) waits;
  IF wait > now() AND target.call_back_at IS NULL THEN
    UPDATE phone_bank_targets t SET next_at = wait
      WHERE t.organization_id = session.organization_id AND t.id = target.id;
    RETURN NULL;
  END IF;
  UPDATE phone_bank_calls c SET ended = 'expired', ended_at = c.lease_until
    WHERE c.organization_id = session.organization_id AND c.voter_id = target.voter_id AND c.ended_at IS NULL
      AND c.lease_until <= now();
  INSERT INTO phone_bank_calls (organization_id, session_id, target_id, voter_id, actor, user_id, phone, lease_until)
    VALUES (session.organization_id, session.id, target.id, target.voter_id, who, maker, number,
            now() + make_interval(mins => session.lease_minutes))
    ON CONFLICT (organization_id, voter_id) WHERE ended_at IS NULL DO NOTHING
    RETURNING id INTO made;
  UPDATE phone_bank_targets t SET lease_until = CASE
      WHEN made IS NOT NULL THEN now() + make_interval(mins => session.lease_minutes)
      ELSE (SELECT c.lease_until FROM phone_bank_calls c
            WHERE c.organization_id = session.organization_id AND c.voter_id = target.voter_id AND c.ended_at IS NULL) END
    WHERE t.organization_id = session.organization_id AND t.id = target.id;
  RETURN made;
END
$$;

-- Who to call next; the call that the caller has already, if there is one. A refusal is a row, so that what
-- was learned on the way is kept.
CREATE FUNCTION phone_bank_claim(who text, organization bigint, maker bigint, bank bigint)
RETURNS TABLE (call phone_bank_call_rows, refused_code text, refused_message text)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  session phone_bank_sessions := phone_bank_enter(who, organization, bank);
  target phone_bank_targets;
  made bigint;
  zones text[] := ARRAY(SELECT z FROM unnest(session.zone_keys) z
                        WHERE hours_open(z, session.start_hour, session.stop_hour, now()));
  due timestamptz;
BEGIN
  SELECT c.id INTO made FROM phone_bank_calls c
    WHERE c.organization_id = organization AND c.session_id = bank AND c.actor = who AND c.ended_at IS NULL
      AND c.lease_until > now() LIMIT 1;
  IF made IS NULL AND session.state <> 'open' THEN
    refused_code := 'not_open';
    refused_message := 'This phone bank is not open.';
    RETURN NEXT;
    RETURN;
  END IF;
  FOR i IN 1 .. 500 LOOP
    EXIT WHEN made IS NOT NULL;
    SELECT n.* INTO target FROM phone_bank_next(who, organization, bank, zones) n;
    EXIT WHEN NOT FOUND;
    made := phone_bank_hand_out(who, maker, session, target);
  END LOOP;
  SELECT r.* INTO call FROM phone_bank_call_rows r WHERE r.organization_id = organization AND r.id = made;
  IF made IS NULL THEN
    SELECT min(hours_next(t.zone_key, session.start_hour, session.stop_hour,
                 GREATEST(t.call_back_at, t.next_at, t.lease_until, now()))) INTO due
      FROM (SELECT t.zone_key, min(t.call_back_at) AS call_back_at, min(t.next_at) AS next_at,
                   min(t.lease_until) AS lease_until
            FROM phone_bank_targets t
            WHERE t.organization_id = organization AND t.session_id = bank AND t.state = 'waiting'
            GROUP BY t.zone_key, t.call_back_at IS NULL, t.next_at IS NULL, t.lease_until IS NULL) t;
    refused_code := CASE WHEN due IS NULL THEN 'queue_done' ELSE 'nobody_due' END;
    refused_message := CASE WHEN due IS NULL THEN 'Everybody on this list was called.'
      ELSE format('Nobody is to be called at the moment. Ask again at %s UTC.', to_char(due, 'YYYY-MM-DD HH24:MI')) END;
  END IF;
  RETURN NEXT;
END
$$;

-- Locks the queue's row, then the call, in the order in which claim does.
CREATE FUNCTION phone_bank_hold(who text, organization bigint, bank bigint, call bigint) RETURNS phone_bank_calls
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  held phone_bank_calls;
BEGIN
  SELECT c.* INTO held FROM phone_bank_calls c
    WHERE c.organization_id = organization AND c.session_id = bank AND c.id = call;
  PERFORM FROM phone_bank_targets t WHERE t.organization_id = organization AND t.id = held.target_id FOR UPDATE;
  SELECT c.* INTO held FROM phone_bank_calls c WHERE c.organization_id = organization AND c.id = call FOR UPDATE;
  IF held.actor <> who THEN
    RAISE EXCEPTION 'Somebody else made this call.' USING ERRCODE = 'CC409', DETAIL = 'not_your_call';
  END IF;
  RETURN held;
END
$$;

CREATE FUNCTION phone_bank_release(who text, organization bigint, bank bigint, call_id bigint)
RETURNS SETOF phone_bank_call_rows
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  there boolean := assert_call(organization, bank, call_id);
  session phone_bank_sessions := phone_bank_enter(who, organization, bank);
  held phone_bank_calls := phone_bank_hold(who, organization, bank, call_id);
BEGIN
  IF held.ended_at IS NULL THEN
    UPDATE phone_bank_calls c SET ended = 'released', ended_at = now()
      WHERE c.organization_id = organization AND c.id = call_id;
    UPDATE phone_bank_targets t SET lease_until = NULL WHERE t.organization_id = organization AND t.id = held.target_id;
  END IF;
  RETURN QUERY SELECT r.* FROM phone_bank_call_rows r WHERE r.organization_id = organization AND r.id = call_id;
END
$$;

-- Another lease from now on, as long as nobody else has the person; two hours in all.
CREATE FUNCTION phone_bank_extend(who text, organization bigint, bank bigint, call_id bigint)
RETURNS SETOF phone_bank_call_rows
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  there boolean := assert_call(organization, bank, call_id);
  session phone_bank_sessions := phone_bank_enter(who, organization, bank);
  held phone_bank_calls := phone_bank_hold(who, organization, bank, call_id);
  ends timestamptz := LEAST(now() + make_interval(mins => session.lease_minutes), held.claimed_at + interval '2 hours');
BEGIN
  PERFORM assert_rule(held.ended_at IS NULL, 'call_ended', 'This call has ended.');
  PERFORM assert_rule(ends > now(), 'too_long', 'A call can be held for two hours.');
  UPDATE phone_bank_calls c SET lease_until = GREATEST(c.lease_until, ends)
    WHERE c.organization_id = organization AND c.id = call_id;
  UPDATE phone_bank_targets t SET lease_until = GREATEST(t.lease_until, ends)
    WHERE t.organization_id = organization AND t.id = held.target_id;
  RETURN QUERY SELECT r.* FROM phone_bank_call_rows r WHERE r.organization_id = organization AND r.id = call_id;
END
$$;

-- What a result means for the queue.
CREATE FUNCTION phone_bank_settle(session phone_bank_sessions, held phone_bank_calls, code text, back_at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  what dispositions;
  target phone_bank_targets;
  again boolean; -- another number of the same person, by the same caller
  done boolean;
BEGIN
  SELECT d.* INTO what FROM dispositions d WHERE d.code = COALESCE($3, 'canvassed');
  SELECT t.* INTO target FROM phone_bank_targets t
    WHERE t.organization_id = session.organization_id AND t.id = held.target_id;
  again := what.effect IN ('wrong_number', 'disconnected')
    AND usable_number(session.organization_id, held.voter_id, 'phone', session.purpose) IS NOT NULL;
  done := NOT COALESCE(again, false) AND back_at IS NULL
    AND (what.finishes OR target.attempts + 1 >= session.max_attempts);
  UPDATE phone_bank_targets t SET
    attempts = t.attempts + CASE WHEN again THEN 0 ELSE 1 END,
    last_attempt_at = now(), outcome = what.code,
    state = CASE WHEN done OR t.state = 'done' THEN 'done' ELSE 'waiting' END,
    done_at = CASE WHEN done THEN now() ELSE t.done_at END,
    next_at = CASE WHEN NOT done THEN now() + make_interval(mins => session.cool_down_minutes) END,
    call_back_at = CASE WHEN again THEN now() ELSE back_at END,
    call_back_actor = CASE WHEN again OR back_at IS NOT NULL THEN held.actor END,
    -- Whoever was given the person after this call's lease had run out goes on.
    lease_until = (SELECT c.lease_until FROM phone_bank_calls c
      WHERE c.organization_id = session.organization_id AND c.target_id = t.id AND c.ended_at IS NULL AND c.id <> held.id)
  WHERE t.organization_id = session.organization_id AND t.id = held.target_id;
END
$$;

-- The result of a call, also one whose lease has run out meanwhile: what was said was said. Sent again it
-- changes nothing.
CREATE FUNCTION phone_bank_result(who text, organization bigint, maker bigint, bank bigint, call_id bigint, given jsonb)
RETURNS SETOF phone_bank_call_rows
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  there boolean := assert_call(organization, bank, call_id);
  session phone_bank_sessions := phone_bank_enter(who, organization, bank);
  held phone_bank_calls := phone_bank_hold(who, organization, bank, call_id);
  dialled text := COALESCE(given ->> 'phone', held.phone);
  back_at timestamptz := (given ->> 'call_back_at')::timestamptz;
  zones text;
  contact bigint;
BEGIN
  IF held.client_id = (given ->> 'client_id')::uuid THEN
    RETURN QUERY SELECT r.* FROM phone_bank_call_rows r WHERE r.organization_id = organization AND r.id = call_id;
    RETURN;
  END IF;
  PERFORM assert_rule(COALESCE(held.ended, '') NOT IN ('result', 'released'), 'call_ended', 'This call has ended.');
  IF dialled <> held.phone AND NOT EXISTS (SELECT FROM voters v WHERE v.organization_id = organization
       AND v.id = held.voter_id AND v.phones @> to_jsonb(ARRAY[dialled])) THEN
    PERFORM refuse_field('phone', 'unknown_phone', 'This is no number of the person.');
  END IF;
  IF (given ->> 'disposition' = 'call_back') IS DISTINCT FROM (back_at IS NOT NULL) AND back_at IS NOT NULL THEN
    PERFORM refuse_field('call_back_at', 'not_a_call_back', 'A time goes with the result call_back.');
  END IF;
  IF back_at < now() OR back_at > now() + interval '60 days' THEN
    PERFORM refuse_field('call_back_at', 'out_of_range', 'A call-back is later than now and within sixty days.');
  END IF;
  SELECT t.zone_key INTO zones FROM phone_bank_targets t
    WHERE t.organization_id = organization AND t.id = held.target_id;
  IF NOT hours_open(zones, session.start_hour, session.stop_hour, back_at) THEN
    PERFORM refuse_field_hint('call_back_at', 'outside_hours', format('Calls are made from %s to %s by the clock of the person.',
      session.start_hour, session.stop_hour), format('Their time zone: %s.', zones));
  END IF;
  contact := phone_contact(who, organization, maker, given - 'call_back_at' - 'phone' || jsonb_build_object(
    'channel', 'phone', 'voter_id', held.voter_id, 'phone', dialled, 'script_id', session.script_id,
    'phone_bank_session_id', bank));
  UPDATE phone_bank_calls c
    SET ended = 'result', ended_at = COALESCE(c.ended_at, now()), contact_id = contact,
        client_id = (given ->> 'client_id')::uuid
    WHERE c.organization_id = organization AND c.id = call_id;
  PERFORM phone_bank_settle(session, held, given ->> 'disposition', back_at);
  RETURN QUERY SELECT r.* FROM phone_bank_call_rows r WHERE r.organization_id = organization AND r.id = call_id;
END
$$;

-- Become a caller; again after having left. NULL: no open phone bank has this code.
CREATE FUNCTION phone_bank_join(who text, organization bigint, maker bigint, typed text) RETURNS SETOF phone_bank_sessions
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
DECLARE
  session phone_bank_sessions;
BEGIN
  SELECT s.* INTO session FROM phone_bank_sessions s
    WHERE s.organization_id = organization AND s.code = joining_code_clean(typed) AND s.state <> 'closed';
  PERFORM assert_rule(FOUND, 'unknown_code', 'No phone bank has this code, or it is closed.');
  INSERT INTO phone_bank_callers AS c (organization_id, session_id, actor, user_id)
    VALUES (organization, session.id, who, maker)
    ON CONFLICT (organization_id, session_id, actor) DO UPDATE SET left_at = NULL, last_active_at = now();
  RETURN NEXT session;
END
$$;

GRANT EXECUTE ON FUNCTION phone_bank_fill(bigint, bigint), phone_bank_enter(text, bigint, bigint),
  assert_phone_bank(bigint, bigint),
  assert_call(bigint, bigint, bigint), assert_caller(text, bigint, bigint), phone_bank_leave(text, bigint, bigint),
  phone_bank_next(text, bigint, bigint, text[]),
  phone_bank_hand_out(text, bigint, phone_bank_sessions, phone_bank_targets),
  phone_bank_claim(text, bigint, bigint, bigint), phone_bank_hold(text, bigint, bigint, bigint),
  phone_bank_release(text, bigint, bigint, bigint), phone_bank_extend(text, bigint, bigint, bigint),
  phone_bank_settle(phone_bank_sessions, phone_bank_calls, text, timestamptz),
  phone_bank_result(text, bigint, bigint, bigint, bigint, jsonb), phone_bank_join(text, bigint, bigint, text)
  TO campaign_api;
