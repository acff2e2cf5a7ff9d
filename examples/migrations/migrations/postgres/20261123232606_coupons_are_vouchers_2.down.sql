-- sessio: admin_sessions: undo: change column level from int16 to int32; add column rights json not-null
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: the values of column rights go into the payload
-- incompatible: a running version that has column rights fails
-- may fail: a value of column level (int32) that does not fit int16
-- lock: the table is locked while column level is converted

UPDATE "admin_sessions" SET "data" = convert_to('{"rights":' || to_json("rights")::TEXT, 'UTF8') || CASE WHEN length("data") <= 2 THEN '}'::BYTEA ELSE ','::BYTEA || substring("data" FROM 2) END
WHERE (replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'rights') IS NULL;

ALTER TABLE "admin_sessions" DROP COLUMN "rights";

ALTER TABLE "admin_sessions" ALTER COLUMN "level" TYPE SMALLINT USING "level"::SMALLINT;
