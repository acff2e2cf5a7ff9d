-- sessio: shop_sessions: undo: add column coupon string(32) null; add index idx_shop_sessions_coupon (coupon) (part 1 of 2)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: the values of column coupon go into the payload
-- incompatible: a running version that has column coupon fails

UPDATE "shop_sessions" SET "data" = convert_to('{"coupon":' || COALESCE(to_json("coupon")::TEXT, 'null'), 'UTF8') || CASE WHEN length("data") <= 2 THEN '}'::BYTEA ELSE ','::BYTEA || substring("data" FROM 2) END
WHERE "coupon" IS NOT NULL AND (replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'coupon') IS NULL;

ALTER TABLE "shop_sessions" DROP COLUMN "coupon";
