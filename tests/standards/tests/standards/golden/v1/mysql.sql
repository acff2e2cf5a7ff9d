CREATE TABLE `account_sessions` (
    `id` BINARY(16) NOT NULL PRIMARY KEY,
    `version` BIGINT NOT NULL,
    `state` VARBINARY(1024) NOT NULL,
    `created_at` DATETIME(6) NOT NULL,
    `seen_at` DATETIME(6) NOT NULL,
    `expires_at` DATETIME(6) NOT NULL,
    `data` LONGBLOB NOT NULL,
    `user_id` BIGINT
);
CREATE INDEX `idx_account_sessions_expires_at` ON `account_sessions` (`expires_at`);
CREATE INDEX `idx_account_sessions_user_id` ON `account_sessions` (`user_id`);

INSERT INTO `account_sessions` (`id`, `version`, `state`, `created_at`, `seen_at`, `expires_at`, `data`, `user_id`)
VALUES (x'000102030405060708090a0b0c0d0e0f', 7, x'010300060a3835f5a00100060a24186a8b4100000000d693a40089c7460452eddff119fea0419e785c74de2ffb139dbe74323aca4a01e198a5dc020000060a2418a794416d77635a875b5bbddcb500a554f219bf10d1d4d6adc10837d6d367eb846674a30100060a24186a8b4143cc246456d8798155947110aab075ba07cb9a2696f7db86982bbbb1cc0c8ef2', '2023-11-14 22:13:20.000001', '2023-11-14 22:15:00.000002', '2023-11-14 23:15:00.000003', x'7b226e6f7465223a224772c3bcc39f652c205c22676f6c64656e5c22222c22766973697473223a332c226f665f616e6f746865725f76657273696f6e223a5b315d7d', 7);
