-- sessio: shop_sessions: create the table
-- Generated from the struct. Review it, and do not change it once it has run.

CREATE TABLE "shop_sessions" (
    "id" BYTEA NOT NULL PRIMARY KEY,
    "version" BIGINT NOT NULL,
    "state" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "seen_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "data" BYTEA NOT NULL,
    "user_id" BIGINT
);

CREATE INDEX "idx_shop_sessions_expires_at" ON "shop_sessions" ("expires_at");

CREATE INDEX "idx_shop_sessions_user_id" ON "shop_sessions" ("user_id");
