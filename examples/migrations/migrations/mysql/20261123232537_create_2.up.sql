-- sessio: admin_sessions: create the table
-- Generated from the struct. Review it, and do not change it once it has run.

CREATE TABLE `admin_sessions` (
    `id` BINARY(16) NOT NULL PRIMARY KEY,
    `version` BIGINT NOT NULL,
    `state` VARBINARY(1024) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `seen_at` DATETIME(6) NOT NULL,
    `expires_at` DATETIME(6) NOT NULL,
    `data` LONGBLOB NOT NULL,
    `employee_id` BIGINT,
    `level` SMALLINT NOT NULL,
    INDEX `idx_admin_sessions_expires_at` (`expires_at`),
    INDEX `idx_admin_sessions_employee_id` (`employee_id`)
);
