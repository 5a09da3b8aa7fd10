CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
CREATE TABLE "upstox_tokens" ("id" integer PRIMARY KEY, "access_token" varchar(2000), "api_name" varchar(255) NOT NULL, "client_id" varchar(255), "client_secret" varchar(255), "created_at" timestamp, "expires_in" bigint, "is_primary" boolean, "last_refreshed" timestamp, "redirect_uri" varchar(255), "refresh_token" varchar(2000), "token_type" varchar(255), "api_index" integer, "generated_at" varchar(255), "is_active" integer, "purpose" varchar(255), "updated_at" bigint, "user_id" integer, "validity_at" varchar(255));
CREATE TABLE token_versions (
      account_number integer not null,
      api_name text not null,
      version integer not null,
      fingerprint text not null,
      operation text not null,
      primary key (account_number, api_name)
    ) strict, without rowid;
CREATE TABLE accounts (
      number integer primary key,
      id text not null unique,
      name text not null,
      broker_user_id text,
      created_at integer not null
    , credentials text, redirect_uri text, is_active integer not null default 0) strict;
CREATE TABLE generation_runs (
      id text primary key,
      account_id text not null,
      mode text not null,
      status text not null,
      started_at integer not null,
      ended_at integer,
      process_id integer not null
    , process_birth text) strict, without rowid;
CREATE TABLE generation_steps (
      run_id text not null references generation_runs (id),
      position integer not null,
      api_name text not null,
      status text not null,
      step text,
      failure_code text,
      failure_message text,
      submitted text not null default '[]',
      started_at integer,
      ended_at integer,
      primary key (run_id, api_name)
    ) strict, without rowid;
CREATE TABLE login_attempts (
      id integer primary key,
      account_id text not null,
      run_id text not null,
      api_name text not null,
      kind text not null,
      totp_fingerprint text,
      time_step integer,
      at integer not null
    ) strict;
CREATE TABLE upstox_api_configs (
      api_index integer not null,
      api_name varchar(50) not null,
      client_id varchar(255) not null,
      client_secret varchar(255) not null,
      redirect_uri varchar(255),
      is_primary boolean default 0,
      enabled boolean default 1,
      created_at bigint,
      updated_at bigint,
      account_number integer not null default 1,
      primary key (account_number, api_index),
      unique (account_number, api_name)
    );
CREATE TABLE vault (
      id integer primary key check (id = 1),
      key_id text not null,
      proof text not null
    , audit_key text) strict;
CREATE TABLE auth_states (
      account_id text primary key,
      phase text not null,
      since integer not null,
      cooldown_from integer,
      cooldown_until integer,
      cooldown_reason text,
      quarantined_at integer,
      cleared_at integer,
      accepted_until integer,
      logged_out integer not null default 0
    ) strict, without rowid;
CREATE TABLE token_execution_state (
      execution_id text primary key,
      last_success_api text,
      next_api text,
      last_failure_epoch bigint,
      status text,
      updated_at bigint
    );
CREATE TABLE pending_acquisitions (
      id integer primary key,
      account_id text not null,
      run_id text not null references generation_runs (id),
      api_name text not null,
      client_id text not null,
      kind text not null,
      state_hash text,
      requested_at integer,
      expires_at integer,
      failed_probes integer not null default 0,
      settled_at integer,
      unique (run_id, api_name)
    ) strict;
CREATE TABLE audit_entries (
      sequence integer primary key,
      entry_key text not null unique,
      at integer not null,
      severity text not null,
      component text not null,
      kind text not null,
      message text not null,
      correlation_id text,
      account_id text,
      api_name text,
      hash text not null
    ) strict;
CREATE TABLE events (
      id integer primary key,
      at integer not null,
      account_id text,
      kind text not null,
      payload text not null
    ) strict;
CREATE TABLE access_keys (
      id text primary key,
      name text not null,
      role text not null,
      secret_hash text not null unique,
      account_id text,
      api_names text,
      created_at integer not null,
      revoked_at integer
    ) strict;
CREATE TABLE token_leases (
      key_id text not null references access_keys (id),
      account_id text not null,
      api_name text not null,
      version integer not null,
      leased_at integer not null,
      primary key (key_id, account_id, api_name)
    ) strict, without rowid;
CREATE TABLE sessions (
      secret_hash text primary key,
      key_id text,
      ends_at integer not null
    ) strict;
insert into "kysely_migration" values ('0001-tokens', '2026-11-10T07:11:33.999Z');
insert into "kysely_migration" values ('0002-runs', '2026-11-10T07:11:34.002Z');
insert into "kysely_migration" values ('0003-api-configs', '2026-11-10T07:11:34.003Z');
insert into "kysely_migration" values ('0004-auth-states', '2026-11-10T07:11:34.003Z');
insert into "kysely_migration" values ('0005-approvals', '2026-11-10T07:11:34.004Z');
insert into "kysely_migration" values ('0006-audit', '2026-11-10T07:11:34.007Z');
insert into "kysely_migration" values ('0007-events', '2026-11-10T07:11:34.007Z');
insert into "kysely_migration" values ('0008-access-keys', '2026-11-10T07:11:34.008Z');
insert into "kysely_migration" values ('0009-accounts', '2026-11-10T07:11:34.010Z');
insert into "kysely_migration" values ('0010-sessions', '2026-11-10T07:11:34.011Z');
insert into "kysely_migration" values ('0011-process-birth', '2026-11-10T07:11:34.012Z');
insert into "kysely_migration_lock" values ('migration_lock', 0);
insert into "upstox_tokens" values (1, 'token-2', 'PRIMARY', 'client-0', 'vega1:78392199:bISrq4m-O-utyk8NOk9XiKRBZnoZ8xPu2OrdXUGjpCkxF5oB_XmX9NSHm-gj96VI', '2026-11-17 20:00:00', 27000, 1, '2026-11-17 20:00:00', 'http://localhost:28020/callback', NULL, 'Bearer', 0, '2026-11-17 20:00:00', 1, NULL, 1794925805000, 1, '2026-11-18 03:30:00');
insert into "token_versions" values (1, 'PRIMARY', 2, '0f6bffa9661c', 'REPLACED');
insert into "accounts" values (1, 'UPSTOX_01', 'UPSTOX_01', NULL, 1794925805000, NULL, NULL, 1);
insert into "generation_runs" values ('run-1', 'UPSTOX_01', 'ALL', 'COMPLETED', 1795314600000, 1795314601000, 1, NULL);
insert into "generation_steps" values ('run-1', 0, 'PRIMARY', 'DONE', NULL, NULL, NULL, '[]', NULL, NULL);
insert into "login_attempts" values (1, 'UPSTOX_01', 'run-1', 'PRIMARY', 'TIME_STEP', '8be5d113c087', 41, 1794925805000);
insert into "login_attempts" values (2, 'UPSTOX_01', 'run-1', 'PRIMARY', 'PIN', NULL, NULL, 1794925805000);
insert into "login_attempts" values (3, 'UPSTOX_01', 'run-1', 'PRIMARY', 'PIN', NULL, NULL, 1794925805000);
insert into "upstox_api_configs" values (0, 'PRIMARY', 'client-0', '', NULL, 1, 1, 1, 1, 1);
insert into "vault" values (1, '78392199', 'vega1:78392199:3KrUzzM0ozUNYBWagp7SXj6n4mzj4ONsi119_yenMQICLuqGYQ', 'vega1:78392199:KCspJG3JmmC8M9pTgFCfu3ULjhabsFSGTZibzSm9CMtRJROOXkCvj5RwYPGrNQNRb4B9rGvWJRBwGQE3U2V9VN2pZIt95-E');
insert into "auth_states" values ('UPSTOX_01', 'IDLE', 1, NULL, NULL, NULL, 7, NULL, NULL, 0);
insert into "pending_acquisitions" values (1, 'UPSTOX_01', 'run-1', 'PRIMARY', 'c', 'APPROVAL', NULL, 1, 2, 0, 3);
insert into "audit_entries" values (1, 'token-1', 1794925805000, 'INFO', 'AUTH', 'OTP_SUBMITTED', 'An OTP is submitted; its time step is used up for good.', NULL, 'UPSTOX_01', 'PRIMARY', '20fa10344a22d5efa9f0f5b37457186db334026aa2d7dda0468644c0b06c36a7');
insert into "audit_entries" values (2, 'token-2', 1794925805000, 'INFO', 'AUTH', 'OTP_SUBMITTED', 'An OTP is submitted; its time step is used up for good.', NULL, 'UPSTOX_01', 'PRIMARY', '46eb934c1b4ccdbdb1912f72122e50b5c8b03ec8149a975470fc69fc4b557de3');
insert into "events" values (1, 1, NULL, 'X', '{}');
insert into "access_keys" values ('key-1', 'service', 'SERVICE', 'hash', NULL, NULL, 1794925805000, NULL);
insert into "token_leases" values ('key-1', 'UPSTOX_01', 'PRIMARY', 1, 1);
insert into "sessions" values ('s', NULL, 9);
CREATE INDEX generation_runs_by_account on generation_runs (account_id, started_at);
CREATE UNIQUE INDEX login_attempts_time_step on login_attempts (totp_fingerprint, time_step)
    where time_step is not null;
CREATE INDEX login_attempts_by_kind on login_attempts (account_id, kind, at);
CREATE INDEX pending_acquisitions_open on pending_acquisitions (kind)
    where settled_at is null;
CREATE INDEX audit_entries_by_severity on audit_entries (severity);
CREATE INDEX audit_entries_by_component on audit_entries (component, severity);
CREATE INDEX audit_entries_by_component_alone on audit_entries (component);
CREATE INDEX audit_entries_by_correlation on audit_entries (correlation_id)
    where correlation_id is not null;
CREATE TRIGGER audit_entries_no_update before update on audit_entries
        begin select raise(abort, 'audit_entries is append-only'); end;
CREATE TRIGGER audit_entries_no_delete before delete on audit_entries
        begin select raise(abort, 'audit_entries is append-only'); end;
CREATE UNIQUE INDEX accounts_one_active on accounts (is_active) where is_active = 1;
CREATE UNIQUE INDEX upstox_tokens_one_per_api
    on upstox_tokens (coalesce(user_id, 1), api_name);
