-- The three logins of CEMS and what they may do. Run by a superuser in the CEMS database; may be run again.
-- cems_owner owns the database and runs migrations. cems_app is the application: rows, not structure.
-- cems_sealer seals the audit trail: it gets nothing here, the audit app's migrations grant what it needs.
-- Passwords are not set here: see docs/operations.md.

DO $$
DECLARE
    login text;
BEGIN
    FOREACH login IN ARRAY ARRAY['cems_owner', 'cems_app', 'cems_sealer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', login);
        END IF;
    END LOOP;
    IF current_database() <> 'template1' THEN
        EXECUTE format('ALTER DATABASE %I OWNER TO cems_owner', current_database());
    END IF;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO cems_owner, cems_app, cems_sealer', current_database());
END
$$;

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO cems_app, cems_sealer;
GRANT USAGE, CREATE ON SCHEMA public TO cems_owner;

ALTER DEFAULT PRIVILEGES FOR ROLE cems_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cems_app;
ALTER DEFAULT PRIVILEGES FOR ROLE cems_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO cems_app;
