-- SPDX-License-Identifier: GPL-3.0-or-later

CREATE OR REPLACE TRIGGER jobs_share BEFORE INSERT ON jobs
  FOR EACH ROW WHEN (NEW.organization_id <> 0) EXECUTE FUNCTION job_share();
