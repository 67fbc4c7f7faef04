#!/usr/bin/env bash
# Makes a role and a database for each service; the passwords lie in /run/secrets, one file each.
set -euo pipefail
for service in catalogue publication feedback archive audit portal; do
  password=$(cat "/run/secrets/${service}_password")
  psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set role="$service" --set password="$password" <<'SQL'
create role :"role" login password :'password' nosuperuser nobypassrls nocreatedb nocreaterole;
create database :"role" owner :"role" template template0 encoding 'UTF8';
revoke connect on database :"role" from public;
grant connect on database :"role" to :"role";
SQL
done
