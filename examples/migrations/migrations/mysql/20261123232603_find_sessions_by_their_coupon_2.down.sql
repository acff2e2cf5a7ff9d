-- sessio: shop_sessions: undo: add column coupon string(32) null; add index idx_shop_sessions_coupon (coupon) (part 2 of 3)
-- Generated from the struct. Review it, and do not change it once it has run.
-- rewrite: the values of column coupon go into the payload
-- incompatible: a running version that has column coupon fails

UPDATE `shop_sessions` SET `data` = CONCAT('{"coupon":', COALESCE(JSON_QUOTE(`coupon`), 'null'), IF(LENGTH(`data`) <= 2, '}', CONCAT(',', SUBSTRING(`data`, 2))))
WHERE `coupon` IS NOT NULL AND CASE WHEN JSON_VALID(CONVERT(`data` USING utf8mb4)) THEN NOT JSON_CONTAINS_PATH(CONVERT(`data` USING utf8mb4), 'one', '$."coupon"') ELSE FALSE END;
