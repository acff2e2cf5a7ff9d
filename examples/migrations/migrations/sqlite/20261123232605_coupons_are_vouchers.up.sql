-- sessio: shop_sessions: rename column coupon to voucher; rename index idx_shop_sessions_coupon to idx_shop_sessions_voucher
-- Generated from the struct. Review it, and do not change it once it has run.
-- incompatible: a running version that knows column voucher as coupon fails

DROP INDEX "idx_shop_sessions_coupon";

ALTER TABLE "shop_sessions" RENAME COLUMN "coupon" TO "voucher";

CREATE INDEX "idx_shop_sessions_voucher" ON "shop_sessions" ("voucher");
