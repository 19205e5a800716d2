-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Triggers of the tables of imports.

SELECT tenant_triggers('voter_profiles', 'voter_profile', secret => '{profile}');
-- Progress of imports is reported by import_notify, so their counters are silent.
SELECT tenant_triggers('imports', 'import',
  secret => '{format,problems,sample,columns,local_files}',
  silent => '{file_bytes,format,problems,sample,columns,doubts,kind,confirmed,rows_read,rows_rejected,rows_staged,progress,'
    'planned,applied,planned_to,applied_row,work}');
SELECT tenant_triggers('purge_certificates', 'purge_certificate');
SELECT tenant_triggers('erasures', 'erasure');
CREATE OR REPLACE TRIGGER imports_moves BEFORE UPDATE OF state ON imports FOR EACH ROW
  EXECUTE FUNCTION state_move_check('import');
SELECT released_with('imports', 'profile_id', 'voter_profiles');
SELECT budgeted('voter_profiles', 'PROFILES_PER_ORGANIZATION', 'Mappings of this organization', 'Delete unused mappings.');
SELECT budgeted('imports', 'IMPORTS_WAITING', 'Imports that wait', 'Apply or cancel imports first.',
  $$state IN ('created', 'uploaded', 'reading', 'comparing', 'ready')$$);
