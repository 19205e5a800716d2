# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the schema, checked in the catalog, so they also apply to tables of later migrations. Each rule is a
statement that lists violations. The controls at the end violate every rule and must be found."""

import psycopg2
import pytest

from harness import rows

# Tenant tables, recognized by organization_id NOT NULL.
TENANT = """
  tenant AS (
    SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, a.attnum
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      -- jobs serves the whole installation; its payload is sealed.
      AND a.attname = 'organization_id' AND a.attnotnull AND NOT a.attisdropped AND c.relname <> 'jobs')
"""

RULES = {
    "a nullable organization_id": """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND a.attname = 'organization_id' AND NOT a.attnotnull""",
    "row-level security is not enabled and forced": f"""
        WITH {TENANT} SELECT relname FROM tenant WHERE NOT (relrowsecurity AND relforcerowsecurity)""",
    "no tenant policy for the server": f"""
        WITH {TENANT} SELECT relname FROM tenant WHERE NOT EXISTS (
          SELECT FROM pg_policies p
          WHERE p.schemaname = 'public' AND p.tablename = relname AND p.cmd = 'ALL'
            AND p.permissive = 'PERMISSIVE' AND 'campaign_api' = ANY (p.roles)
            AND p.qual = '(organization_id = app_organization_id())'
            AND COALESCE(p.with_check, p.qual) = p.qual)""",
    # Policies are combined by OR, so each further one for the server extends what it sees.
    "a further policy for the server": """
        SELECT tablename || '.' || policyname FROM pg_policies
        WHERE roles && '{campaign_api,campaign_owner,public}'::name[] AND schemaname = 'public'
          AND policyname <> tablename || '_tenant'
          AND (cmd <> 'SELECT' OR policyname NOT IN ('organization_members_own', 'organizations_own'))""",
    "organization_id is not first in the primary key": f"""
        WITH {TENANT} SELECT relname FROM tenant WHERE NOT EXISTS (
          SELECT FROM pg_index i WHERE i.indrelid = tenant.oid AND i.indisprimary AND i.indkey[0] = attnum)""",
    "organization_id is not first in a unique index": f"""
        WITH {TENANT} SELECT i.indexrelid::regclass::text FROM tenant
        JOIN pg_index i ON i.indrelid = tenant.oid WHERE i.indisunique AND i.indkey[0] <> attnum""",
    "organization_id is not first in a foreign key between tenant tables": f"""
        WITH {TENANT} SELECT f.conname FROM pg_constraint f
        JOIN tenant a ON a.oid = f.conrelid JOIN tenant b ON b.oid = f.confrelid
        WHERE f.contype = 'f' AND (f.conkey[1] <> a.attnum OR f.confkey[1] <> b.attnum)""",
    "a foreign key from a tenant table into another kind of table": f"""
        WITH {TENANT} SELECT f.conname FROM pg_constraint f JOIN tenant a ON a.oid = f.conrelid
        WHERE f.contype = 'f' AND f.confrelid NOT IN (SELECT oid FROM tenant)
          AND f.confrelid NOT IN ('users'::regclass, 'organizations'::regclass)""",
    "not written to the feed and the audit log": f"""
        WITH {TENANT} SELECT relname FROM tenant
        WHERE relname NOT IN ('changes', 'audit_log', 'audit_heads', 'check_ins', 'canvass_route_doors',
                              'contact_answers', 'erasure_marks', 'import_usage', 'import_matches', 'import_changes', 'phone_bank_targets',
                              'phone_bank_calls', 'text_messages', 'field_streams', 'field_operations') AND NOT EXISTS (
          SELECT FROM pg_trigger t
          WHERE t.tgrelid = tenant.oid AND t.tgfoid = 'record_change'::regproc AND t.tgenabled = 'O'
            AND t.tgdeferrable AND t.tginitdeferred AND t.tgtype & 29 = 29)""",
    "a version that nothing raises": """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'version'
          AND c.relname <> 'changes' AND NOT EXISTS (
            SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid = 'touch'::regproc)""",
    # The server derives the field of a violation from the constraint's name.
    "a constraint whose name does not say table and column": """
        SELECT k.name FROM (
          SELECT conname AS name, conrelid AS rel, contype FROM pg_constraint
          WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = conrelid AND d.deptype = 'e')
            AND contype IN ('c', 'f', 'u') AND connamespace = 'public'::regnamespace
          UNION ALL
          SELECT c.relname, i.indrelid, 'u' FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          WHERE i.indisunique AND NOT i.indisprimary AND c.relnamespace = 'public'::regnamespace) k
        WHERE NOT EXISTS (
          SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          WHERE a.attrelid = k.rel AND a.attnum > 0
            AND k.name = c.relname || '_' || a.attname || '_'
              || CASE k.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'fkey' ELSE 'key' END)""",
    # Reads go through the parents, whose policy restricts them to the tenant; the partition of an
    # import may only be written, by COPY.
    "staging without its tenant": """
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'staging'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND a.attnotnull)
            AND (SELECT array_agg(p.qual || p.cmd || p.roles::text) FROM pg_policies p
                 WHERE p.schemaname = 'staging' AND p.tablename = c.relname)
              = ARRAY['(organization_id = app_organization_id())ALL{campaign_api}'])
        UNION ALL SELECT c.relname || ' ' || k.kind FROM pg_class c, unnest(ARRAY['SELECT', 'UPDATE', 'DELETE', 'TRUNCATE']) k (kind)
        WHERE c.relnamespace = 'staging'::regnamespace AND c.relispartition AND c.relkind = 'r'
          AND has_table_privilege('campaign_api', c.oid, k.kind)""",
    # Functions of campaign_definer create and drop staging tables.
    "owned by a role that should own nothing": """
        SELECT relname FROM pg_class WHERE relowner IN ('campaign_api'::regrole, 'campaign_public'::regrole)
        UNION ALL SELECT proname FROM pg_proc
        WHERE proowner IN ('campaign_api'::regrole, 'campaign_public'::regrole)
        UNION ALL SELECT relname FROM pg_class WHERE relowner = 'campaign_definer'::regrole
          AND relnamespace <> 'staging'::regnamespace
        UNION ALL SELECT nspname FROM pg_namespace
        WHERE nspowner IN ('campaign_api'::regrole, 'campaign_public'::regrole, 'campaign_definer'::regrole)""",
    "a role with powers past the policies": """
        SELECT rolname FROM pg_roles
        WHERE rolname LIKE 'campaign%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb
          OR rolreplication OR rolinherit)""",
    "a table right that no server needs": """
        SELECT r.rolname || ' ' || c.relname || ' ' || p.kind
        FROM pg_roles r, pg_class c, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) p (kind)
        WHERE r.rolname IN ('campaign_api', 'campaign_public', 'campaign_definer')
          AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
          AND has_table_privilege(r.oid, c.oid, p.kind)""",
    "a right to create": """
        SELECT rolname FROM pg_roles WHERE rolname IN ('campaign_api', 'campaign_public')
          AND (has_schema_privilege(oid, 'public', 'CREATE')
               OR has_database_privilege(oid, current_database(), 'CREATE')
               OR has_database_privilege(oid, current_database(), 'TEMP'))""",
    # check_ins is a log of devices; the effect of each action is recorded for the attendee.
    "a log that can be changed": """
        SELECT 'check_ins ' || p.kind FROM unnest(ARRAY['UPDATE', 'DELETE']) p (kind)
        WHERE has_table_privilege('campaign_api', 'check_ins'::regclass, p.kind)""",
    "more than reading the log": """
        SELECT c.relname || ' ' || p.kind FROM pg_class c,
          unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) p (kind)
        WHERE c.relname IN ('changes', 'audit_log', 'audit_heads')
          AND has_table_privilege('campaign_api', c.oid, p.kind)""",
    "a view that shows what its owner may see": """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e')
          AND NOT COALESCE(reloptions @> '{security_invoker=true}', false)""",
    # Objects of extensions are exempt. Only the owner may ANALYZE a table.
    "a SECURITY DEFINER function without search_path or of another owner": """
        SELECT proname FROM pg_proc
        WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')
          AND pronamespace = 'public'::regnamespace AND prosecdef
          AND (proowner <> CASE proname WHEN 'statistics_renew' THEN 'campaign_owner' ELSE 'campaign_definer' END::regrole
               OR NOT COALESCE(proconfig @> '{"search_path=public, pg_temp"}', false))""",
    "a function for everybody": """
        SELECT p.proname FROM pg_proc p, aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) a
        WHERE p.pronamespace = 'public'::regnamespace AND a.grantee = 0
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    "a table for everybody": """
        SELECT c.relname FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')""",
    # The remaining rules prepare the distribution by organization over several machines
    # (docs/internals/distribution.md).
    "a foreign key that clears one column": """
        SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdelsetcols IS NOT NULL""",
    "a policy with a subquery": """
        SELECT tablename || '.' || policyname FROM pg_policies
        WHERE COALESCE(qual, '') || COALESCE(with_check, '') ~* 'select'""",
    "a function that looks at the name of its table": """
        SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosrc ~ 'TG_(TABLE_NAME|RELNAME|TABLE_SCHEMA)'
          AND proname <> 'refuse_change' -- for its message alone""",
    "an assertion over its arguments that is not immutable": """
        SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND provolatile <> 'i'
          AND proname IN ('assert_version', 'assert_rule', 'audit_hash')""",
    "a sequence that the server or the definer may not use": """
        SELECT c.relname FROM pg_class c, unnest(ARRAY['campaign_api', 'campaign_definer']) r (role)
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S'
          AND NOT has_sequence_privilege(r.role, c.oid, 'USAGE')""",
    "organization_id is not first in the key of the queue": """
        SELECT i.indexrelid::regclass::text FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'organization_id'
        WHERE i.indrelid = 'jobs'::regclass AND i.indisunique AND i.indkey[0] <> a.attnum""",
    "an identity column that is made in no sequence of its own": """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'id'
          AND a.attidentity = '' AND a.attnum > 0 AND NOT a.attisdropped""",
}

# Violations of each rule, run inside a transaction that is rolled back.
CONTROLS = {
    "a nullable organization_id": ("bad", "CREATE TABLE bad (organization_id bigint)"),
    "row-level security is not enabled and forced":
        ("bad", "CREATE TABLE bad (organization_id bigint NOT NULL); "
                "ALTER TABLE bad ENABLE ROW LEVEL SECURITY"),
    "no tenant policy for the server":
        ("bad", "CREATE TABLE bad (organization_id bigint NOT NULL); "
                "CREATE POLICY bad_tenant ON bad TO campaign_api USING (true)"),
    "a further policy for the server":
        ("events.wide", "CREATE POLICY wide ON events FOR SELECT USING (is_published)"),
    "organization_id is not first in the primary key":
        ("bad", "CREATE TABLE bad (id bigint, organization_id bigint NOT NULL, "
                "PRIMARY KEY (id, organization_id))"),
    "organization_id is not first in a unique index":
        ("events_wide", "CREATE UNIQUE INDEX events_wide ON events (slug)"),
    "organization_id is not first in a foreign key between tenant tables":
        ("bad_event_id_fkey",
         "ALTER TABLE events ADD CONSTRAINT wide UNIQUE (id); "
         "CREATE TABLE bad (organization_id bigint NOT NULL, event_id bigint REFERENCES events (id))"),
    "a foreign key from a tenant table into another kind of table":
        ("bad_session_id_fkey", "CREATE TABLE bad (organization_id bigint NOT NULL, "
                                "session_id bigint REFERENCES sessions (id))"),
    "not written to the feed and the audit log":
        ("events", "ALTER TABLE events DISABLE TRIGGER events_record"),
    "a version that nothing raises": ("bad", "CREATE TABLE bad (version bigint)"),
    "a constraint whose name does not say table and column":
        ("sanity", "ALTER TABLE events ADD CONSTRAINT sanity CHECK (title <> 'x')"),
    "staging without its tenant":
        ("bad", "CREATE TABLE staging.bad (import_id bigint)"),
    "owned by a role that should own nothing":
        ("bad", "CREATE TABLE bad (); ALTER TABLE bad OWNER TO campaign_api"),
    "a role with powers past the policies": ("campaign_api", "ALTER ROLE campaign_api BYPASSRLS"),
    "a table right that no server needs":
        ("campaign_api events TRUNCATE", "GRANT TRUNCATE ON events TO campaign_api"),
    "a right to create": ("campaign_api", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
    "a log that can be changed": ("check_ins DELETE", "GRANT DELETE ON check_ins TO campaign_api"),
    "more than reading the log": ("audit_log INSERT", "GRANT INSERT ON audit_log TO campaign_api"),
    "a view that shows what its owner may see": ("bad", "CREATE VIEW bad AS SELECT * FROM events"),
    "a SECURITY DEFINER function without search_path or of another owner":
        ("bad", "CREATE FUNCTION bad() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"),
    "a function for everybody": ("bad", "CREATE FUNCTION bad() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                                        "GRANT EXECUTE ON FUNCTION bad() TO PUBLIC"),
    "a table for everybody": ("events", "GRANT SELECT ON events TO PUBLIC"),
    "a foreign key that clears one column":
        ("bad_event_id_fkey", "CREATE TABLE bad (organization_id bigint NOT NULL, event_id bigint, CONSTRAINT "
                              "bad_event_id_fkey FOREIGN KEY (organization_id, event_id) REFERENCES events "
                              "(organization_id, id) ON DELETE SET NULL (event_id))"),
    "a policy with a subquery":
        ("events.wide", "CREATE POLICY wide ON events FOR SELECT TO campaign_definer USING (EXISTS (SELECT FROM users))"),
    "a function that looks at the name of its table":
        ("bad", "CREATE FUNCTION bad() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''%'', TG_TABLE_NAME; "
                "RETURN NEW; END'"),
    "an assertion over its arguments that is not immutable":
        ("assert_rule", "ALTER FUNCTION assert_rule(boolean, text, text) STABLE"),
    "a sequence that the server or the definer may not use":
        ("events_id_seq", "REVOKE USAGE ON SEQUENCE events_id_seq FROM campaign_definer"),
    "organization_id is not first in the key of the queue":
        ("jobs_bad", "CREATE UNIQUE INDEX jobs_bad ON jobs (id)"),
    "an identity column that is made in no sequence of its own": ("bad", "CREATE TABLE bad (id bigint)"),
}


@pytest.mark.parametrize("rule", RULES)
def test_nothing_breaks_the_rule(db, rule):
    assert [row[0] for row in db.sql(RULES[rule])] == []


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_sees_what_breaks_it(db, rule):
    offender, statement = CONTROLS[rule]
    connection = db.connect("postgres")
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute(RULES[rule])
            assert offender in [row[0] for row in cursor.fetchall()]
    finally:
        connection.rollback()
        connection.close()


def test_the_tenant_tables_are_those_of_the_migrations(db):
    """The list of tables that other tests use: tenant_table() or tenant_policy() in a migration."""
    assert sorted(row[0] for row in db.sql(f"WITH {TENANT} SELECT relname FROM tenant")) == sorted(rows.tenant_tables())


def test_organizations_are_held_by_a_policy(db):
    assert db.sql("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 'organizations'") \
        == [(True, True)]


def test_the_public_reads_named_columns_only(db):
    hidden = {("events", "virtual_link"), ("events", "created_by"), ("events", "attended_count"),
              ("events", "attendees_revision"), ("organizations", "stripe_customer_id"),
              ("organizations", "subscription_status")}
    readable = set(db.sql("""
        SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
          AND c.relname <> 'spatial_ref_sys' -- PostGIS's own
          AND has_column_privilege('campaign_public', c.oid, a.attnum, 'SELECT')"""))
    assert {table for table, _ in readable} == {"events", "organizations"}
    assert not readable & hidden
    assert db.sql("""SELECT relname FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p (kind)
                     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'spatial_ref_sys'
                       AND has_table_privilege('campaign_public', pg_class.oid, kind)""") == []


def test_a_membership_may_be_taken_on_and_is_not_inherited(db):
    """USAGE is what a member has without SET ROLE. From PostgreSQL 16 on each membership has its own options, set
    when it is granted."""
    pairs = (("campaign_api", "campaign_public"), ("campaign_owner", "campaign_definer"))
    for member, role in pairs:
        assert db.sql(f"SELECT pg_has_role('{member}', '{role}', 'MEMBER'), pg_has_role('{member}', '{role}', 'USAGE')") == [
            (True, False)]
        assert db.sql(f"SET ROLE {role}; SELECT current_user::text", role=member) == [(role,)]


def test_roles_can_be_made_again(db):
    from harness import services

    before = db.sql("SELECT rolname, rolinherit, rolcanlogin FROM pg_roles ORDER BY 1")
    db.sql((services.ROOT / "db" / "roles.sql").read_text())
    assert db.sql("SELECT rolname, rolinherit, rolcanlogin FROM pg_roles ORDER BY 1") == before


def test_the_server_cannot_become_the_owner(db):
    for role in ("campaign_owner", "campaign_definer", "postgres"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            db.sql(f"SET ROLE {role}", role="campaign_api")
