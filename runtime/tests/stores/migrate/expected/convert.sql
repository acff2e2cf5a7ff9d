-- SQLite, 1 up
CREATE TABLE "t_new" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "a" TEXT NOT NULL,
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
    CAST("a" AS TEXT),
    CAST("b" AS INTEGER)
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
    "a" INTEGER NOT NULL,
    "b" BOOLEAN NOT NULL
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
    CAST("a" AS INTEGER),
    "b" <> 0
FROM "t";
DROP TABLE "t";
ALTER TABLE "t_new" RENAME TO "t";
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");

-- PostgreSQL, 1 up
ALTER TABLE "t" ALTER COLUMN "a" TYPE VARCHAR(40) USING "a"::TEXT;
ALTER TABLE "t" ALTER COLUMN "b" TYPE BIGINT USING "b"::INTEGER::BIGINT;

-- PostgreSQL, 1 down
ALTER TABLE "t" ALTER COLUMN "b" TYPE BOOLEAN USING "b" <> 0;
ALTER TABLE "t" ALTER COLUMN "a" TYPE SMALLINT USING "a"::SMALLINT;

-- MySQL, 1 up
ALTER TABLE `t` MODIFY COLUMN `a` VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;

-- MySQL, 1 down
ALTER TABLE `t` MODIFY COLUMN `a` SMALLINT NOT NULL;

-- MySQL, 2 up
ALTER TABLE `t` MODIFY COLUMN `b` BIGINT NOT NULL;

-- MySQL, 2 down
ALTER TABLE `t` MODIFY COLUMN `b` BOOLEAN NOT NULL;

