-- no-transaction
-- sessio: shop_sessions: add column coupon string(32) null; add index idx_shop_sessions_coupon (coupon) (part 2 of 2)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: sessions that have `coupon` in the payload get it into the column

CREATE INDEX CONCURRENTLY "idx_shop_sessions_coupon" ON "shop_sessions" ("coupon");
