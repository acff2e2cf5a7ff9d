-- sessio: admin_sessions: undo: change column level from int16 to int32; add column rights json not-null (part 3 of 3)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: the values of column rights go into the payload
-- incompatible: a running version that has column rights fails
-- may fail: a value of column level (int32) that does not fit int16
-- lock: the table is locked while column level is converted

UPDATE `admin_sessions` SET `data` = CONCAT('{"rights":', CAST(`rights` AS CHAR), IF(LENGTH(`data`) <= 2, '}', CONCAT(',', SUBSTRING(`data`, 2))))
WHERE CASE WHEN JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NOT JSON_CONTAINS_PATH(CONVERT(`data` USING utf8mb4), 'one', '$."rights"') ELSE FALSE END;

ALTER TABLE `admin_sessions` ALTER COLUMN `rights` SET DEFAULT ('[]');
