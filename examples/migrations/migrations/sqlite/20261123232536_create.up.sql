-- sessio: shop_sessions: create the table
-- Generated from the struct. Review it, and do not change it once it has run.

CREATE TABLE "shop_sessions" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "user_id" INTEGER
);

CREATE INDEX "idx_shop_sessions_expires_at" ON "shop_sessions" ("expires_at");

CREATE INDEX "idx_shop_sessions_user_id" ON "shop_sessions" ("user_id");
