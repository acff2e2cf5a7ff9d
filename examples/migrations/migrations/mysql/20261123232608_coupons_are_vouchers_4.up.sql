-- sessio: admin_sessions: change column level from int16 to int32; add column rights json not-null (part 2 of 3)
-- Generated from the struct. Review it, and do not change it once it has run.
-- lock: the table is locked while column level is converted
-- needs value: sessions get '[]' in column rights
-- incompatible: a running version without column rights cannot create sessions
-- rewrite: sessions that have `rights` in the payload get it into the column

ALTER TABLE `admin_sessions` ADD COLUMN `rights` JSON NOT NULL DEFAULT ('[]');
