-- sessio: shop_sessions: add column coupon string(32) null; add index idx_shop_sessions_coupon (coupon)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: sessions that have `coupon` in the payload get it into the column
-- lock: nothing is written while index idx_shop_sessions_coupon is built

ALTER TABLE "shop_sessions" ADD COLUMN "coupon" TEXT;

UPDATE "shop_sessions" SET "coupon" = COALESCE(
    CASE WHEN NOT json_valid(CAST("data" AS TEXT)) THEN NULL
    WHEN json_type(CAST("data" AS TEXT), '$."coupon"') = 'text' THEN json_extract(CAST("data" AS TEXT), '$."coupon"') END, "coupon")
WHERE CAST("data" AS TEXT) LIKE '%"coupon"%';

CREATE INDEX "idx_shop_sessions_coupon" ON "shop_sessions" ("coupon");
