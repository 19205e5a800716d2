-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- State machines: every change of a state is held against the table of moves.

-- Trigger of the tables in state_machines: machine, column.
CREATE OR REPLACE FUNCTION state_move_check() RETURNS trigger
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  state_was text := to_jsonb(OLD) ->> TG_ARGV[1];
  state_now text := to_jsonb(NEW) ->> TG_ARGV[1];
  this state_machines;
BEGIN
  IF state_was IS DISTINCT FROM state_now AND NOT EXISTS (
    SELECT FROM state_moves m
    WHERE m.machine = TG_ARGV[0] AND m.state_from = state_was AND m.state_to = state_now) THEN
    SELECT s.* INTO this FROM state_machines s WHERE s.machine = TG_ARGV[0];
    RAISE EXCEPTION 'This % is %, so it cannot become %.', this.noun, state_was, state_now
      USING ERRCODE = 'CC409', DETAIL = this.code;
  END IF;
  RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION state_move_check() TO campaign_api;
