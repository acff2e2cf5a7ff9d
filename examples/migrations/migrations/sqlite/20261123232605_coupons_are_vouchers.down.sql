-- sessio: shop_sessions: undo: rename column coupon to voucher; rename index idx_shop_sessions_coupon to idx_shop_sessions_voucher
-- Generated from the struct. Review it, and do not change it once it has run.
-- incompatible: a running version that knows column coupon as voucher fails

DROP INDEX "idx_shop_sessions_voucher";

ALTER TABLE "shop_sessions" RENAME COLUMN "voucher" TO "coupon";

CREATE INDEX "idx_shop_sessions_coupon" ON "shop_sessions" ("coupon");
