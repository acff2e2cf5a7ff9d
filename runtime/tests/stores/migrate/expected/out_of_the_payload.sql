-- SQLite, 1 up
CREATE TABLE "t_new" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "theme" TEXT,
    "visits" INTEGER NOT NULL
);
INSERT INTO "t_new" ("id", "version", "state", "created_at", "seen_at", "expires_at", "data", "theme", "visits")
SELECT
    "id",
    "version",
    "state",
    "created_at",
    "seen_at",
    "expires_at",
    "data",
    COALESCE(
    CASE WHEN NOT json_valid(CAST("data" AS TEXT)) THEN NULL
    WHEN json_type(CAST("data" AS TEXT), '$."theme"') = 'text' THEN json_extract(CAST("data" AS TEXT), '$."theme"') END,
    CASE WHEN NOT json_valid(CAST("data" AS TEXT)) THEN NULL
    WHEN json_type(CAST("data" AS TEXT), '$."style"') = 'text' THEN json_extract(CAST("data" AS TEXT), '$."style"') END),
    COALESCE(
    CASE WHEN NOT json_valid(CAST("data" AS TEXT)) THEN NULL
    WHEN json_type(CAST("data" AS TEXT), '$."visits"') = 'integer' THEN json_extract(CAST("data" AS TEXT), '$."visits"') END, 1)
FROM "t";
DROP TABLE "t";
ALTER TABLE "t_new" RENAME TO "t";
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");

-- SQLite, 1 down
UPDATE "t" SET "data" = CAST('{"theme":' || json_quote("theme") || CASE CAST("data" AS TEXT) WHEN '{}' THEN '}' ELSE ',' || substr(CAST("data" AS TEXT), 2) END AS BLOB)
WHERE "theme" IS NOT NULL AND CASE WHEN json_valid(CAST("data" AS TEXT)) THEN json_type(CAST("data" AS TEXT), '$."theme"') IS NULL ELSE FALSE END;
UPDATE "t" SET "data" = CAST('{"visits":' || json_quote("visits") || CASE CAST("data" AS TEXT) WHEN '{}' THEN '}' ELSE ',' || substr(CAST("data" AS TEXT), 2) END AS BLOB)
WHERE CASE WHEN json_valid(CAST("data" AS TEXT)) THEN json_type(CAST("data" AS TEXT), '$."visits"') IS NULL ELSE FALSE END;
ALTER TABLE "t" DROP COLUMN "theme";
ALTER TABLE "t" DROP COLUMN "visits";

-- PostgreSQL, 1 up
ALTER TABLE "t" ADD COLUMN "theme" VARCHAR(20);
UPDATE "t" SET "theme" = COALESCE(COALESCE(
    CASE WHEN json_typeof(replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'theme') = 'string' AND char_length(replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON ->> 'theme') <= 20 THEN replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON ->> 'theme' END,
    CASE WHEN json_typeof(replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'style') = 'string' AND char_length(replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON ->> 'style') <= 20 THEN replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON ->> 'style' END), "theme")
WHERE convert_from("data", 'UTF8') LIKE '%"theme"%' OR convert_from("data", 'UTF8') LIKE '%"style"%';
ALTER TABLE "t" ADD COLUMN "visits" BIGINT NOT NULL DEFAULT 1;
UPDATE "t" SET "visits" = COALESCE(
    CASE WHEN json_typeof(replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'visits') = 'number' AND (replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON ->> 'visits') ~ '^-?[0-9]{1,19}$'
        THEN CASE WHEN (replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON ->> 'visits')::NUMERIC BETWEEN 0 AND 4294967295 THEN (replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON ->> 'visits')::BIGINT END END, "visits")
WHERE convert_from("data", 'UTF8') LIKE '%"visits"%';
ALTER TABLE "t" ALTER COLUMN "visits" DROP DEFAULT;

-- PostgreSQL, 1 down
UPDATE "t" SET "data" = convert_to('{"visits":' || to_json("visits")::TEXT, 'UTF8') || CASE WHEN length("data") <= 2 THEN '}'::BYTEA ELSE ','::BYTEA || substring("data" FROM 2) END
WHERE (replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'visits') IS NULL;
ALTER TABLE "t" DROP COLUMN "visits";
UPDATE "t" SET "data" = convert_to('{"theme":' || COALESCE(to_json("theme")::TEXT, 'null'), 'UTF8') || CASE WHEN length("data") <= 2 THEN '}'::BYTEA ELSE ','::BYTEA || substring("data" FROM 2) END
WHERE "theme" IS NOT NULL AND (replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'theme') IS NULL;
ALTER TABLE "t" DROP COLUMN "theme";

-- MySQL, 1 up
ALTER TABLE `t` ADD COLUMN `theme` VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- MySQL, 1 down
ALTER TABLE `t` DROP COLUMN `theme`;

-- MySQL, 2 up
UPDATE `t` SET `theme` = COALESCE(COALESCE(
    CASE WHEN NOT JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NULL
    WHEN JSON_TYPE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."theme"')) = 'STRING' AND CHAR_LENGTH(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."theme"'))) <= 20 THEN JSON_UNQUOTE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."theme"')) END,
    CASE WHEN NOT JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NULL
    WHEN JSON_TYPE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."style"')) = 'STRING' AND CHAR_LENGTH(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."style"'))) <= 20 THEN JSON_UNQUOTE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."style"')) END), `theme`)
WHERE CONVERT(`data` USING utf8mb4) LIKE '%"theme"%' OR CONVERT(`data` USING utf8mb4) LIKE '%"style"%';

-- MySQL, 2 down
UPDATE `t` SET `data` = CONCAT('{"theme":', COALESCE(JSON_QUOTE(`theme`), 'null'), IF(LENGTH(`data`) <= 2, '}', CONCAT(',', SUBSTRING(`data`, 2))))
WHERE `theme` IS NOT NULL AND CASE WHEN JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NOT JSON_CONTAINS_PATH(CONVERT(`data` USING utf8mb4), 'one', '$."theme"') ELSE FALSE END;

-- MySQL, 3 up
ALTER TABLE `t` ADD COLUMN `visits` INT UNSIGNED NOT NULL DEFAULT 1;

-- MySQL, 3 down
ALTER TABLE `t` DROP COLUMN `visits`;

-- MySQL, 4 up
UPDATE `t` SET `visits` = COALESCE(
    CASE WHEN NOT JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NULL
    WHEN JSON_TYPE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."visits"')) IN ('INTEGER', 'UNSIGNED INTEGER')
        AND CAST(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."visits"')) AS DECIMAL(20)) BETWEEN 0 AND 4294967295 THEN CAST(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."visits"')) AS SIGNED) END, `visits`)
WHERE CONVERT(`data` USING utf8mb4) LIKE '%"visits"%';
ALTER TABLE `t` ALTER COLUMN `visits` DROP DEFAULT;

-- MySQL, 4 down
UPDATE `t` SET `data` = CONCAT('{"visits":', CAST(`visits` AS CHAR), IF(LENGTH(`data`) <= 2, '}', CONCAT(',', SUBSTRING(`data`, 2))))
WHERE CASE WHEN JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NOT JSON_CONTAINS_PATH(CONVERT(`data` USING utf8mb4), 'one', '$."visits"') ELSE FALSE END;
ALTER TABLE `t` ALTER COLUMN `visits` SET DEFAULT 1;

