-- sessio: admin_sessions: change column level from int16 to int32; add column rights json not-null (part 3 of 3)
-- Generated from the struct. Review it, and do not change it once it has run.
-- lock: the table is locked while column level is converted
-- needs value: sessions get '[]' in column rights
-- incompatible: a running version without column rights cannot create sessions
-- rewrite: sessions that have `rights` in the payload get it into the column

UPDATE `admin_sessions` SET `rights` = COALESCE(
    CASE WHEN NOT JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NULL
    WHEN JSON_TYPE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."rights"')) IS NOT NULL THEN JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."rights"') END, `rights`)
WHERE CONVERT(`data` USING utf8mb4) LIKE '%"rights"%';

ALTER TABLE `admin_sessions` ALTER COLUMN `rights` DROP DEFAULT;
