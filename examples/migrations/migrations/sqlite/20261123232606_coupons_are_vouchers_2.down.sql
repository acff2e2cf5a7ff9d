-- sessio: admin_sessions: undo: change column level from int16 to int32; add column rights json not-null
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: the values of column rights go into the payload
-- incompatible: a running version that has column rights fails
-- may fail: a value of column level (int32) that does not fit int16

UPDATE "admin_sessions" SET "data" = CAST('{"rights":' || "rights" || CASE CAST("data" AS TEXT) WHEN '{}' THEN '}' ELSE ',' || substr(CAST("data" AS TEXT), 2) END AS BLOB)
WHERE CASE WHEN json_valid(CAST("data" AS TEXT)) THEN json_type(CAST("data" AS TEXT), '$."rights"') IS NULL ELSE FALSE END;

ALTER TABLE "admin_sessions" DROP COLUMN "rights";
