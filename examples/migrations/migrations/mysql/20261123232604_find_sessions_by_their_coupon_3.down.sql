-- sessio: shop_sessions: undo: add column coupon string(32) null; add index idx_shop_sessions_coupon (coupon) (part 3 of 3)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: the values of column coupon go into the payload
-- incompatible: a running version that has column coupon fails

DROP INDEX `idx_shop_sessions_coupon` ON `shop_sessions`;
