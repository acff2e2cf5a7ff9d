-- sessio: admin_sessions: create the table
-- Generated from the struct. Review it, and do not change it once it has run.

CREATE TABLE "admin_sessions" (
    "id" BYTEA NOT NULL PRIMARY KEY,
    "version" BIGINT NOT NULL,
    "state" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "seen_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "data" BYTEA NOT NULL,
    "employee_id" BIGINT,
    "level" SMALLINT NOT NULL
);

CREATE INDEX "idx_admin_sessions_expires_at" ON "admin_sessions" ("expires_at");

CREATE INDEX "idx_admin_sessions_employee_id" ON "admin_sessions" ("employee_id");
