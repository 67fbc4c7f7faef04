-- For a database made before services had two roles: what the service's role owned passes to a new owner's role. Run it
-- once as superuser in the service's own database (psql --dbname), then `gongkai migrate`. Variables as in service.sql.
create role :"owner" login password :'owner_password' nosuperuser nobypassrls nocreatedb nocreaterole;
alter role :"name" nosuperuser nobypassrls nocreatedb nocreaterole connection limit 40;
alter role :"name" set statement_timeout = '30s';
alter role :"name" set lock_timeout = '10s';
alter role :"name" set idle_in_transaction_session_timeout = '30s';
alter database :"name" owner to :"owner";
reassign owned by :"name" to :"owner";
revoke all on database :"name" from public;
grant connect on database :"name" to :"name";
