-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of events and attendees.

SELECT tenant_triggers('events', 'event',
  secret => '{contact_email,contact_phone,'
    'registered_count,waitlisted_count,cancelled_count,attended_count,no_show_count,'
    'registered_heads,attended_heads,attendees_revision}',
  silent => '{registered_count,waitlisted_count,cancelled_count,attended_count,no_show_count,'
    'registered_heads,attended_heads,attendees_revision}',
  touch_when => 'OLD.* IS DISTINCT FROM NEW.* AND OLD.attendees_revision = NEW.attendees_revision');
CREATE OR REPLACE TRIGGER events_check BEFORE INSERT OR UPDATE OF start_time, end_time, registration_deadline, location_type,
  virtual_link ON events FOR EACH ROW EXECUTE FUNCTION check_event();
-- The audit log cannot delete entries, so it never contains who an attendee is.
SELECT tenant_triggers('event_attendees', 'attendee',
  secret => '{email,first_name,last_name,phone,notes,checked_in_by,sort_key}',
  silent => '{sort_key}');
CREATE OR REPLACE TRIGGER check_ins_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON check_ins
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER IF EXISTS event_attendees_count ON event_attendees;
CREATE CONSTRAINT TRIGGER event_attendees_count AFTER INSERT OR DELETE ON event_attendees
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (current_setting('app.bulk', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION count_attendee();
DROP TRIGGER IF EXISTS event_attendees_count_status ON event_attendees;
CREATE CONSTRAINT TRIGGER event_attendees_count_status AFTER UPDATE ON event_attendees
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN ((OLD.status, OLD.guest_count) <> (NEW.status, NEW.guest_count) AND current_setting('app.bulk', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION count_attendee();
CREATE OR REPLACE TRIGGER event_attendees_sort BEFORE INSERT OR UPDATE OF first_name, last_name ON event_attendees
  FOR EACH ROW EXECUTE FUNCTION sort_attendee();
