/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accounts/ccd-accounts.h"
#include "server/commands.h"
#include "server/events/ccd-events-routes.h"
#include "server/jobs/ccd-mail-job.h"
#include "server/organizations/ccd-organizations.h"
#include "server/platform/ccd-platform-routes.h"
#include "server/turf/ccd-turf.h"

/* What the features bring: the program serves these and nothing else. */

const ccd_route *const ccd_route_tables[] = {
  ccd_accounts_routes,
  ccd_organizations_routes,
  ccd_events_routes,
  ccd_turf_routes,
  ccd_platform_routes,
  NULL,
};

const ccd_job_kind *const ccd_job_tables[] = {
  ccd_mail_jobs,
  ccd_turf_jobs,
  NULL,
};
