-- SQLite, 1 up
DROP INDEX "idx_t_user_id";

-- SQLite, 1 down
CREATE INDEX "idx_t_user_id" ON "t" ("user_id");

-- PostgreSQL, 1 up, without a transaction
DROP INDEX CONCURRENTLY "idx_t_user_id";

-- PostgreSQL, 1 down, without a transaction
CREATE INDEX CONCURRENTLY "idx_t_user_id" ON "t" ("user_id");

-- MySQL, 1 up
ALTER TABLE `t` DROP FOREIGN KEY `fk_t_user_id`;

-- MySQL, 1 down
ALTER TABLE `t` ADD CONSTRAINT `fk_t_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE;

-- MySQL, 2 up
DROP INDEX `idx_t_user_id` ON `t`;

-- MySQL, 2 down
CREATE INDEX `idx_t_user_id` ON `t` (`user_id`);

-- MySQL, 3 up
ALTER TABLE `t` ADD CONSTRAINT `fk_t_user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE;

-- MySQL, 3 down
ALTER TABLE `t` DROP FOREIGN KEY `fk_t_user_id`, DROP INDEX `fk_t_user_id`;

