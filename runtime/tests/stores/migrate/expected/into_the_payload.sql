-- SQLite, 1 up
UPDATE "t" SET "data" = CAST('{"theme":' || CASE WHEN "theme" THEN 'true' ELSE 'false' END || CASE CAST("data" AS TEXT) WHEN '{}' THEN '}' ELSE ',' || substr(CAST("data" AS TEXT), 2) END AS BLOB)
WHERE CASE WHEN json_valid(CAST("data" AS TEXT)) THEN json_type(CAST("data" AS TEXT), '$."theme"') IS NULL ELSE FALSE END;
ALTER TABLE "t" DROP COLUMN "theme";

-- SQLite, 1 down
CREATE TABLE "t_new" (
    "id" BLOB NOT NULL PRIMARY KEY,
    "version" INTEGER NOT NULL,
    "state" BLOB NOT NULL,
    "created_at" INTEGER NOT NULL,
    "seen_at" INTEGER NOT NULL,
    "expires_at" INTEGER NOT NULL,
    "data" BLOB NOT NULL,
    "theme" BOOLEAN NOT NULL
);
INSERT INTO "t_new" ("id", "version", "state", "created_at", "seen_at", "expires_at", "data", "theme")
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
    WHEN json_type(CAST("data" AS TEXT), '$."theme"') IN ('true', 'false') THEN json_extract(CAST("data" AS TEXT), '$."theme"') END, 0)
FROM "t";
DROP TABLE "t";
ALTER TABLE "t_new" RENAME TO "t";
CREATE INDEX "idx_t_expires_at" ON "t" ("expires_at");

-- PostgreSQL, 1 up
UPDATE "t" SET "data" = convert_to('{"theme":' || to_json("theme")::TEXT, 'UTF8') || CASE WHEN length("data") <= 2 THEN '}'::BYTEA ELSE ','::BYTEA || substring("data" FROM 2) END
WHERE (replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'theme') IS NULL;
ALTER TABLE "t" DROP COLUMN "theme";

-- PostgreSQL, 1 down
ALTER TABLE "t" ADD COLUMN "theme" BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE "t" SET "theme" = COALESCE(
    CASE WHEN json_typeof(replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'theme') = 'boolean' THEN (replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON ->> 'theme')::BOOLEAN END, "theme")
WHERE convert_from("data", 'UTF8') LIKE '%"theme"%';
ALTER TABLE "t" ALTER COLUMN "theme" DROP DEFAULT;

-- MySQL, 1 up
UPDATE `t` SET `data` = CONCAT('{"theme":', CASE WHEN `theme` THEN 'true' ELSE 'false' END, IF(LENGTH(`data`) <= 2, '}', CONCAT(',', SUBSTRING(`data`, 2))))
WHERE CASE WHEN JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NOT JSON_CONTAINS_PATH(CONVERT(`data` USING utf8mb4), 'one', '$."theme"') ELSE FALSE END;
ALTER TABLE `t` ALTER COLUMN `theme` SET DEFAULT FALSE;

-- MySQL, 1 down
UPDATE `t` SET `theme` = COALESCE(
    CASE WHEN NOT JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NULL
    WHEN JSON_TYPE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."theme"')) = 'BOOLEAN' THEN JSON_UNQUOTE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."theme"')) = 'true' END, `theme`)
WHERE CONVERT(`data` USING utf8mb4) LIKE '%"theme"%';
ALTER TABLE `t` ALTER COLUMN `theme` DROP DEFAULT;

-- MySQL, 2 up
ALTER TABLE `t` DROP COLUMN `theme`;

-- MySQL, 2 down
ALTER TABLE `t` ADD COLUMN `theme` BOOLEAN NOT NULL DEFAULT FALSE;

