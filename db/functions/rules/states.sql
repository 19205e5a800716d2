-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- State machines: every change of a state is checked against the table of moves.

-- Trigger of the tables in state_machines; their column is called state. TG_ARGV: name of the state
-- machine.
CREATE OR REPLACE FUNCTION state_move_check() RETURNS trigger
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  this state_machines;
BEGIN
  IF OLD.state <> NEW.state AND NOT EXISTS (
    SELECT FROM state_moves m
    WHERE m.machine = TG_ARGV[0] AND m.state_from = OLD.state AND m.state_to = NEW.state) THEN
    SELECT s.* INTO this FROM state_machines s WHERE s.machine = TG_ARGV[0];
    RAISE EXCEPTION 'This % is %, so it cannot become %.', this.noun, OLD.state, NEW.state
      USING ERRCODE = 'CC409', DETAIL = this.code;
  END IF;
  RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION state_move_check() TO campaign_api;
