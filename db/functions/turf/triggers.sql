-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of turfs.

SELECT tenant_triggers('turf_cuts', 'turf_cut', silent => '{progress}');
SELECT tenant_triggers('canvass_routes', 'turf',
  secret => '{polygon,notes,doors_done,progress_revision}',
  silent => '{doors_done,progress_revision}',
  touch_when => 'OLD.* IS DISTINCT FROM NEW.* AND OLD.progress_revision = NEW.progress_revision');
CREATE OR REPLACE TRIGGER turf_cuts_moves BEFORE UPDATE OF state ON turf_cuts FOR EACH ROW
  EXECUTE FUNCTION state_move_check('cut');
CREATE OR REPLACE TRIGGER canvass_routes_moves BEFORE UPDATE OF state ON canvass_routes FOR EACH ROW
  EXECUTE FUNCTION state_move_check('turf');
SELECT tenant_triggers('turf_takers', 'turf_taker');
CREATE OR REPLACE TRIGGER turf_takers_count AFTER INSERT OR UPDATE ON turf_takers FOR EACH ROW EXECUTE FUNCTION count_takers();
SELECT released_with('turf_cuts', 'list_id', 'voter_lists');
SELECT released_with('canvass_routes', 'event_id', 'events');
CREATE OR REPLACE TRIGGER voters_turf_counts AFTER UPDATE OF confidential ON voters FOR EACH ROW
  WHEN (OLD.confidential IS DISTINCT FROM NEW.confidential AND NEW.door_id IS NOT NULL
        AND current_setting('app.bulk', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION turf_follow_confidential();
