-- sessio: shop_sessions: add column coupon string(32) null; add index idx_shop_sessions_coupon (coupon) (part 1 of 2)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: sessions that have `coupon` in the payload get it into the column

ALTER TABLE "shop_sessions" ADD COLUMN "coupon" VARCHAR(32);

UPDATE "shop_sessions" SET "coupon" = COALESCE(
    CASE WHEN json_typeof(replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON -> 'coupon') = 'string' AND char_length(replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON ->> 'coupon') <= 32 THEN replace(convert_from("data", 'UTF8'), '\u0000', '\ufffd')::JSON ->> 'coupon' END, "coupon")
WHERE convert_from("data", 'UTF8') LIKE '%"coupon"%';
