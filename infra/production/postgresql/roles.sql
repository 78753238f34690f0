-- sudo -u postgres psql -v ON_ERROR_STOP=1 -f roles.sql: once, on an empty server. Safe to repeat but for the database.
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB', name)
  FROM unnest(ARRAY['rachun_owner', 'rachun_app', 'rachun_worker']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- A migration that cannot have its lock at once gives up and is tried again; waiting, it would hold up everybody behind it.
ALTER ROLE rachun_owner SET lock_timeout = '5s';
-- A request that fell asleep inside its transaction keeps rows locked and dead rows from being cleaned away.
ALTER ROLE rachun_app SET idle_in_transaction_session_timeout = '60s';
-- No request has a reason to compute for longer; long work is a job, and workers have no such limit.
ALTER ROLE rachun_app SET statement_timeout = '120s';
-- The words of an error may hold what somebody typed. The product writes its errors itself, without values; here they
-- are kept out of the server's log for its sessions only, so that the server's own troubles are still told.
ALTER ROLE rachun_owner SET log_min_messages = 'log';
ALTER ROLE rachun_app SET log_min_messages = 'log';
ALTER ROLE rachun_worker SET log_min_messages = 'log';

SELECT 'CREATE DATABASE rachun OWNER rachun_owner TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'rachun')
\gexec
\connect rachun
-- Periods that must not overlap; search by a part of a name.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
REVOKE ALL ON DATABASE rachun FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE rachun TO rachun_owner, rachun_app, rachun_worker;
