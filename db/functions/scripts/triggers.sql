-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of scripts.

SELECT tenant_triggers('scripts', 'script');
SELECT tenant_triggers('script_steps', 'script_step');
SELECT tenant_triggers('script_options', 'script_option');
SELECT released_with('script_options', 'event_id', 'events');
SELECT budgeted('scripts', 'SCRIPTS_PER_ORGANIZATION', 'Scripts of this organization', 'Change a script instead of making another one.');
