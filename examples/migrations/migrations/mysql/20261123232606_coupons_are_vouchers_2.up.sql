-- sessio: shop_sessions: rename column coupon to voucher; rename index idx_shop_sessions_coupon to idx_shop_sessions_voucher (part 2 of 2)
-- Generated from the struct. Review it, and do not change it once it has run.
-- incompatible: a running version that knows column voucher as coupon fails

ALTER TABLE `shop_sessions` RENAME COLUMN `coupon` TO `voucher`;
