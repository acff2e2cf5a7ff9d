-- no-transaction
-- sessio: shop_sessions: undo: add column coupon string(32) null; add index idx_shop_sessions_coupon (coupon) (part 2 of 2)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: the values of column coupon go into the payload
-- incompatible: a running version that has column coupon fails

DROP INDEX CONCURRENTLY "idx_shop_sessions_coupon";
