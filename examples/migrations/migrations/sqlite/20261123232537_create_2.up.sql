-- sessio: admin_sessions: create the table
-- Generated from the struct. Review it, and do not change it once it has run.

CREATE TABLE "admin_sessions" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "employee_id" INTEGER,
    "level" INTEGER NOT NULL
);

CREATE INDEX "idx_admin_sessions_expires_at" ON "admin_sessions" ("expires_at");

CREATE INDEX "idx_admin_sessions_employee_id" ON "admin_sessions" ("employee_id");
