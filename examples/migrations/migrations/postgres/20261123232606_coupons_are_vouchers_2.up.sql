-- sessio: admin_sessions: change column level from int16 to int32; add column rights json not-null
-- Generated from the struct. Review it, and do not change it once it has run.
-- lock: the table is locked while column level is converted
-- needs value: sessions get '[]' in column rights
-- incompatible: a running version without column rights cannot create sessions
-- rewrite: sessions that have `rights` in the payload get it into the column

ALTER TABLE "admin_sessions" ALTER COLUMN "level" TYPE INTEGER USING "level"::INTEGER;

ALTER TABLE "admin_sessions" ADD COLUMN "rights" JSONB NOT NULL DEFAULT '[]';

UPDATE "admin_sessions" SET "rights" = COALESCE(
    CASE WHEN json_typeof(replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'rights') IS NOT NULL THEN (replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'rights')::JSONB END, "rights")
WHERE convert_from("data", 'UTF8') LIKE '%"rights"%';

ALTER TABLE "admin_sessions" ALTER COLUMN "rights" DROP DEFAULT;
