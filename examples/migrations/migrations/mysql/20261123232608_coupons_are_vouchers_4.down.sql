-- sessio: admin_sessions: undo: change column level from int16 to int32; add column rights json not-null (part 2 of 3)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: the values of column rights go into the payload
-- incompatible: a running version that has column rights fails
-- may fail: a value of column level (int32) that does not fit int16
-- lock: the table is locked while column level is converted

ALTER TABLE `admin_sessions` DROP COLUMN `rights`;
