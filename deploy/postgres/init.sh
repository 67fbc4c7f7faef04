#!/usr/bin/env bash
# Makes for each service a database and two roles: one owns the tables (gongkai migrate), one uses them (the service).
# Passwords lie in /run/secrets, one file each.
set -euo pipefail
for service in catalogue publication feedback archive audit portal; do
  password=$(cat "/run/secrets/${service}_password")
  owner_password=$(cat "/run/secrets/owner_password")
  psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set name="$service" --set owner="${service}_owner" \
    --set password="$password" --set owner_password="$owner_password" --file /usr/local/share/gongkai/service.sql
done
# The keys of personal data lie in a database of their own, with a backup of its own; its one role owns it.
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set password="$(cat /run/secrets/keys_password)" <<'SQL'
create role keys login password :'password' nosuperuser nobypassrls nocreatedb nocreaterole;
create database keys owner keys template template0 encoding 'UTF8';
revoke all on database keys from public;
SQL
