-- SQLite, 1 up
CREATE TABLE "t_new" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "level" INTEGER NOT NULL,
    "note" TEXT NOT NULL
);
INSERT INTO "t_new" ("id", "version", "state", "created_at", "seen_at", "expires_at", "data", "level", "note")
SELECT
    "id",
    "version",
    "state",
    "created_at",
    "seen_at",
    "expires_at",
    "data",
    3,
    'it''s \ new'
FROM "t";
DROP TABLE "t";
ALTER TABLE "t_new" RENAME TO "t";
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");

-- SQLite, 1 down
ALTER TABLE "t" DROP COLUMN "level";
ALTER TABLE "t" DROP COLUMN "note";

-- PostgreSQL, 1 up
ALTER TABLE "t" ADD COLUMN "level" INTEGER NOT NULL DEFAULT 3;
ALTER TABLE "t" ALTER COLUMN "level" DROP DEFAULT;
ALTER TABLE "t" ADD COLUMN "note" TEXT NOT NULL DEFAULT 'it''s \ new';
ALTER TABLE "t" ALTER COLUMN "note" DROP DEFAULT;

-- PostgreSQL, 1 down
ALTER TABLE "t" DROP COLUMN "note";
ALTER TABLE "t" DROP COLUMN "level";

-- MySQL, 1 up
ALTER TABLE `t` ADD COLUMN `level` INT NOT NULL DEFAULT 3;

-- MySQL, 1 down
ALTER TABLE `t` DROP COLUMN `level`;

-- MySQL, 2 up
ALTER TABLE `t` ALTER COLUMN `level` DROP DEFAULT;

-- MySQL, 2 down
ALTER TABLE `t` ALTER COLUMN `level` SET DEFAULT 3;

-- MySQL, 3 up
ALTER TABLE `t` ADD COLUMN `note` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT ('it''s \\ new');

-- MySQL, 3 down
ALTER TABLE `t` DROP COLUMN `note`;

-- MySQL, 4 up
ALTER TABLE `t` ALTER COLUMN `note` DROP DEFAULT;

-- MySQL, 4 down
ALTER TABLE `t` ALTER COLUMN `note` SET DEFAULT ('it''s \\ new');

