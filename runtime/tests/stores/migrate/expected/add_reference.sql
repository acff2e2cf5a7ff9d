-- SQLite, 1 up
CREATE TABLE "t_new" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "user_id" INTEGER,
    CONSTRAINT "fk_t_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
INSERT INTO "t_new" ("id", "version", "state", "created_at", "seen_at", "expires_at", "data", "user_id")
SELECT
    "id",
    "version",
    "state",
    "created_at",
    "seen_at",
    "expires_at",
    "data",
    "user_id"
FROM "t";
DROP TABLE "t";
ALTER TABLE "t_new" RENAME TO "t";
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");
CREATE INDEX "idx_t_user_id" ON "t" ("user_id");

-- SQLite, 1 down
CREATE TABLE "t_new" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "user_id" INTEGER
);
INSERT INTO "t_new" ("id", "version", "state", "created_at", "seen_at", "expires_at", "data", "user_id")
SELECT
    "id",
    "version",
    "state",
    "created_at",
    "seen_at",
    "expires_at",
    "data",
    "user_id"
FROM "t";
DROP TABLE "t";
ALTER TABLE "t_new" RENAME TO "t";
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");
CREATE INDEX "idx_t_user_id" ON "t" ("user_id");

-- PostgreSQL, 1 up
ALTER TABLE "t" ADD CONSTRAINT "fk_t_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE NOT VALID;

-- PostgreSQL, 1 down
ALTER TABLE "t" DROP CONSTRAINT "fk_t_user_id";

-- PostgreSQL, 2 up
ALTER TABLE "t" VALIDATE CONSTRAINT "fk_t_user_id";

-- PostgreSQL, 2 down


-- MySQL, 1 up
ALTER TABLE `t` ADD CONSTRAINT `fk_t_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE;

-- MySQL, 1 down
ALTER TABLE `t` DROP FOREIGN KEY `fk_t_user_id`;

