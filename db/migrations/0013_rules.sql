-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Rules of the program as rows that statements look up, the same for everybody. They are made from the
-- tables of common/rules (db/functions/rules/rows.sql); see docs/decisions/0001-c-and-sql.md.

-- What a contact must name, by its disposition ('answers': a contact with answers). At least one of any_of.
CREATE TABLE disposition_needs (
  disposition text NOT NULL,
  position int NOT NULL, -- the first that is not met is the answer
  any_of text[] NOT NULL,
  field text NOT NULL,
  message text NOT NULL,
  CONSTRAINT disposition_needs_pkey PRIMARY KEY (disposition, position)
);

-- What a check-in or its undo does to an attendee of this status.
CREATE TABLE door_verdicts (
  act text NOT NULL, -- check_in, undo
  status text NOT NULL,
  becomes text, -- NULL: refused
  code text, -- why
  message text, -- NULL with a code: made of who checked in and when
  CONSTRAINT door_verdicts_pkey PRIMARY KEY (act, status),
  CONSTRAINT door_verdicts_code_check CHECK ((code IS NULL) = (becomes IS NOT NULL))
);

CREATE TABLE state_machines (
  machine text NOT NULL,
  table_name text NOT NULL,
  column_name text NOT NULL,
  code text NOT NULL, -- of the error for a move that does not exist
  noun text NOT NULL,
  states text[] NOT NULL,
  CONSTRAINT state_machines_pkey PRIMARY KEY (machine)
);

CREATE TABLE state_moves (
  machine text NOT NULL,
  position int NOT NULL,
  state_from text, -- NULL: made in this state
  action text NOT NULL,
  state_to text NOT NULL,
  CONSTRAINT state_moves_pkey PRIMARY KEY (machine, position)
);

GRANT SELECT ON disposition_needs, door_verdicts, state_machines, state_moves TO campaign_api, campaign_definer;
