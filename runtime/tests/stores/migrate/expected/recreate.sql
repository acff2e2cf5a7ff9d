-- SQLite, 1 up
DROP TABLE "t";
CREATE TABLE "t" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "a" INTEGER
);
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");

-- SQLite, 1 down
DROP TABLE "t";
CREATE TABLE "t" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL
);
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");

-- PostgreSQL, 1 up
DROP TABLE "t";
CREATE TABLE "t" (
    "id" BYTEA NOT NULL PRIMARY KEY,
    "version" BIGINT NOT NULL,
    "state" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "seen_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "data" BYTEA NOT NULL,
    "a" INTEGER
);
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");

-- PostgreSQL, 1 down
DROP TABLE "t";
CREATE TABLE "t" (
    "id" BYTEA NOT NULL PRIMARY KEY,
    "version" BIGINT NOT NULL,
    "state" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "seen_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "data" BYTEA NOT NULL
);
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");

-- MySQL, 1 up
DROP TABLE `t`;

-- MySQL, 1 down
CREATE TABLE `t` (
    `id` BINARY(16) NOT NULL PRIMARY KEY,
    `version` BIGINT NOT NULL,
    `state` VARBINARY(1024) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `seen_at` DATETIME(6) NOT NULL,
    `expires_at` DATETIME(6) NOT NULL,
    `data` LONGBLOB NOT NULL,
    INDEX `idx_t_expires_at` (`expires_at`)
);

-- MySQL, 2 up
CREATE TABLE `t` (
    `id` BINARY(16) NOT NULL PRIMARY KEY,
    `version` BIGINT NOT NULL,
    `state` VARBINARY(1024) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `seen_at` DATETIME(6) NOT NULL,
    `expires_at` DATETIME(6) NOT NULL,
    `data` LONGBLOB NOT NULL,
    `a` INT,
    INDEX `idx_t_expires_at` (`expires_at`)
);

-- MySQL, 2 down
DROP TABLE `t`;

