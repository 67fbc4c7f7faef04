-- One service's database with its two roles, for a cluster that has neither. psql variables: name, owner, password,
-- owner_password. The service's role is no superuser, owns nothing and is under row-level security.
create role :"owner" login password :'owner_password' nosuperuser nobypassrls nocreatedb nocreaterole;
create role :"name" login password :'password' nosuperuser nobypassrls nocreatedb nocreaterole connection limit 40;
alter role :"name" set statement_timeout = '30s';
alter role :"name" set lock_timeout = '10s';
alter role :"name" set idle_in_transaction_session_timeout = '30s';
create database :"name" owner :"owner" template template0 encoding 'UTF8';
revoke all on database :"name" from public;
grant connect on database :"name" to :"name";
