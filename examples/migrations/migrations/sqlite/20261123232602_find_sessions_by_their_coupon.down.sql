-- sessio: shop_sessions: undo: add column coupon string(32) null; add index idx_shop_sessions_coupon (coupon)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: the values of column coupon go into the payload
-- incompatible: a running version that has column coupon fails

UPDATE "shop_sessions" SET "data" = CAST('{"coupon":' || json_quote("coupon") || CASE CAST("data" AS TEXT) WHEN '{}' THEN '}' ELSE ',' || substr(CAST("data" AS TEXT), 2) END AS BLOB)
WHERE "coupon" IS NOT NULL AND CASE WHEN json_valid(CAST("data" AS TEXT)) THEN json_type(CAST("data" AS TEXT), '$."coupon"') IS NULL ELSE FALSE END;

DROP INDEX "idx_shop_sessions_coupon";

ALTER TABLE "shop_sessions" DROP COLUMN "coupon";
