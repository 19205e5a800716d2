-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Whose share of a lane a job takes.

-- The person who owns the organization (of several the one who came first): several organizations of one person have the
-- share of one. NULL: of no organization, or made by a server of an older release. The trigger jobs_share fills the column.
ALTER TABLE jobs ADD COLUMN share_key bigint;
