#!/bin/sh
# Run once by the database container, when its data folder is empty: logins, rights, then passwords.
set -eu
: "${CEMS_OWNER_PASSWORD:?}" "${CEMS_APP_PASSWORD:?}" "${CEMS_SEALER_PASSWORD:?}"
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f /cems/roles.sql
# By way of variables, so that no password stands on a command line or in the server's log.
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
\getenv owner CEMS_OWNER_PASSWORD
\getenv app CEMS_APP_PASSWORD
\getenv sealer CEMS_SEALER_PASSWORD
SET log_statement = 'none';
ALTER ROLE cems_owner PASSWORD :'owner';
ALTER ROLE cems_app PASSWORD :'app';
ALTER ROLE cems_sealer PASSWORD :'sealer';
SQL
