-- SQLite, 1 up
CREATE TABLE "t_new" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "a" INTEGER NOT NULL,
    "b" INTEGER
);
INSERT INTO "t_new" ("id", "version", "state", "created_at", "seen_at", "expires_at", "data", "a", "b")
SELECT
    "id",
    "version",
    "state",
    "created_at",
    "seen_at",
    "expires_at",
    "data",
    COALESCE("a", 7),
    "b"
FROM "t";
DROP TABLE "t";
ALTER TABLE "t_new" RENAME TO "t";
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");

-- SQLite, 1 down
CREATE TABLE "t_new" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "a" INTEGER,
    "b" INTEGER NOT NULL
);
INSERT INTO "t_new" ("id", "version", "state", "created_at", "seen_at", "expires_at", "data", "a", "b")
SELECT
    "id",
    "version",
    "state",
    "created_at",
    "seen_at",
    "expires_at",
    "data",
    "a",
    COALESCE("b", 0)
FROM "t";
DROP TABLE "t";
ALTER TABLE "t_new" RENAME TO "t";
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");

-- PostgreSQL, 1 up
UPDATE "t" SET "a" = 7 WHERE "a" IS NULL;
ALTER TABLE "t" ALTER COLUMN "a" SET NOT NULL;
ALTER TABLE "t" ALTER COLUMN "b" DROP NOT NULL;

-- PostgreSQL, 1 down
UPDATE "t" SET "b" = '1970-01-01 00:00:00.000000+00' WHERE "b" IS NULL;
ALTER TABLE "t" ALTER COLUMN "b" SET NOT NULL;
ALTER TABLE "t" ALTER COLUMN "a" DROP NOT NULL;

-- MySQL, 1 up
UPDATE `t` SET `a` = 7 WHERE `a` IS NULL;
ALTER TABLE `t` MODIFY COLUMN `a` INT NOT NULL;

-- MySQL, 1 down
ALTER TABLE `t` MODIFY COLUMN `a` INT NULL;

-- MySQL, 2 up
ALTER TABLE `t` MODIFY COLUMN `b` DATETIME(6) NULL;

-- MySQL, 2 down
UPDATE `t` SET `b` = '1970-01-01 00:00:00.000000' WHERE `b` IS NULL;
ALTER TABLE `t` MODIFY COLUMN `b` DATETIME(6) NOT NULL;

