-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What becomes of each column of a file, why an import waits for somebody's word, and what a file of this server's
-- own export has besides: the voter's number, opt-outs and tags.

ALTER TABLE imports
  ADD COLUMN kind text NOT NULL DEFAULT 'voters', -- history: votes of people who are there already
  ADD COLUMN columns jsonb NOT NULL DEFAULT '[]', -- [{"name": …, "field": …, "values": …, "lost": …}]
  ADD COLUMN doubts jsonb NOT NULL DEFAULT '[]', -- ["gone", …]: not applied unless somebody confirms
  ADD COLUMN confirmed boolean NOT NULL DEFAULT false, -- somebody has looked at the doubts, or wants none
  ADD CONSTRAINT imports_kind_check CHECK (kind IN ('voters', 'history'));

SET LOCAL ROLE campaign_definer;

ALTER TABLE staging.rows
  ADD COLUMN voter_id bigint, -- the voter's number here, as an export has it
  ADD COLUMN opted_out text, -- channels
  ADD COLUMN tags text; -- names with "; " between

-- Numbers of the state that stand in rows which could not be read: their people are not gone.
CREATE TABLE staging.refused (
  import_id bigint NOT NULL,
  state_id text NOT NULL
) PARTITION BY LIST (import_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON staging.refused TO campaign_api;
RESET ROLE;
