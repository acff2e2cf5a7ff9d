-- SQLite, 1 up
CREATE TABLE "t" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "user_id" INTEGER,
    "mail" TEXT NOT NULL
);
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");
CREATE INDEX "idx_t_user_id" ON "t" ("user_id");
CREATE UNIQUE INDEX "idx_t_mail_user_id" ON "t" ("mail", "user_id");

-- SQLite, 1 down
DROP TABLE "t";

-- PostgreSQL, 1 up
CREATE TABLE "t" (
    "id" BYTEA NOT NULL PRIMARY KEY,
    "version" BIGINT NOT NULL,
    "state" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "seen_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "data" BYTEA NOT NULL,
    "user_id" BIGINT,
    "mail" VARCHAR(9) NOT NULL
);
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");
CREATE INDEX "idx_t_user_id" ON "t" ("user_id");
CREATE UNIQUE INDEX "idx_t_mail_user_id" ON "t" ("mail", "user_id");

-- PostgreSQL, 1 down
DROP TABLE "t";

-- MySQL, 1 up
CREATE TABLE `t` (
    `id` BINARY(16) NOT NULL PRIMARY KEY,
    `version` BIGINT NOT NULL,
    `state` VARBINARY(1024) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `seen_at` DATETIME(6) NOT NULL,
    `expires_at` DATETIME(6) NOT NULL,
    `data` LONGBLOB NOT NULL,
    `user_id` BIGINT,
    `mail` VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    INDEX `idx_t_expires_at` (`expires_at`),
    INDEX `idx_t_user_id` (`user_id`),
    UNIQUE INDEX `idx_t_mail_user_id` (`mail`, `user_id`)
);

-- MySQL, 1 down
DROP TABLE `t`;

