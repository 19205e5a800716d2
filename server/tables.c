/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/accounts/ccd-accounts.h"
#include "server/commands.h"
#include "server/contacts/ccd-contacts-routes.h"
#include "server/events/ccd-events-routes.h"
#include "server/field/ccd-field.h"
#include "server/jobs/ccd-mail-job.h"
#include "server/organizations/ccd-organizations.h"
#include "server/phonebank/ccd-phonebank-routes.h"
#include "server/platform/ccd-platform-routes.h"
#include "server/texting/ccd-texting.h"
#include "server/turf/ccd-turf.h"
#include "server/voters/ccd-imports-routes.h"
#include "server/voters/ccd-voters-routes.h"

/* The route tables and job kinds of all features: the program serves exactly these. */

const ccd_route *const ccd_route_tables[] = {
  ccd_accounts_routes,
  ccd_organizations_routes,
  ccd_events_routes,
  ccd_phonebank_routes,
  ccd_texting_routes,
  ccd_imports_routes,
  ccd_voters_routes,
  ccd_places_routes,
  ccd_field_routes,
  ccd_contacts_routes,
  ccd_turf_routes,
  ccd_platform_routes,
  NULL,
};

const ccd_job_kind *const ccd_job_tables[] = {
  ccd_mail_jobs,
  ccd_phonebank_jobs,
  ccd_texting_jobs,
  ccd_import_jobs,
  ccd_voters_jobs,
  ccd_turf_jobs,
  NULL,
};
