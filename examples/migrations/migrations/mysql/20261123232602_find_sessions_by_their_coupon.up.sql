-- sessio: shop_sessions: add column coupon string(32) null; add index idx_shop_sessions_coupon (coupon) (part 1 of 3)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: sessions that have `coupon` in the payload get it into the column
-- lock: nothing is written while index idx_shop_sessions_coupon is built

ALTER TABLE `shop_sessions` ADD COLUMN `coupon` VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
