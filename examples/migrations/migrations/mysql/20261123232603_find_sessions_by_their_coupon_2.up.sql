-- sessio: shop_sessions: add column coupon string(32) null; add index idx_shop_sessions_coupon (coupon) (part 2 of 3)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: sessions that have `coupon` in the payload get it into the column
-- lock: nothing is written while index idx_shop_sessions_coupon is built

UPDATE `shop_sessions` SET `coupon` = COALESCE(
    CASE WHEN NOT JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NULL
    WHEN JSON_TYPE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."coupon"')) = 'STRING' AND CHAR_LENGTH(JSON_UNQUOTE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."coupon"'))) <= 32 THEN JSON_UNQUOTE(JSON_EXTRACT(CONVERT(`data` USING utf8mb4), '$."coupon"')) END, `coupon`)
WHERE CONVERT(`data` USING utf8mb4) LIKE '%"coupon"%';
