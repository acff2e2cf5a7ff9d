-- sessio: shop_sessions: create the table
-- Generated from the struct. Review it, and do not change it once it has run.

CREATE TABLE `shop_sessions` (
    `id` BINARY(16) NOT NULL PRIMARY KEY,
    `version` BIGINT NOT NULL,
    `state` VARBINARY(1024) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `seen_at` DATETIME(6) NOT NULL,
    `expires_at` DATETIME(6) NOT NULL,
    `data` LONGBLOB NOT NULL,
    `user_id` BIGINT,
    INDEX `idx_shop_sessions_expires_at` (`expires_at`),
    INDEX `idx_shop_sessions_user_id` (`user_id`)
);
