-- SQLite, 1 up
DROP INDEX "idx_t_a";
CREATE INDEX "idx_t_a_b" ON "t" ("a", "b");
CREATE UNIQUE INDEX "idx_t_a" ON "t" ("a");

-- SQLite, 1 down
DROP INDEX "idx_t_a_b";
DROP INDEX "idx_t_a";
CREATE INDEX "idx_t_a" ON "t" ("a");

-- PostgreSQL, 1 up, without a transaction
DROP INDEX CONCURRENTLY "idx_t_a";

-- PostgreSQL, 1 down, without a transaction
CREATE INDEX CONCURRENTLY "idx_t_a" ON "t" ("a");

-- PostgreSQL, 2 up, without a transaction
CREATE INDEX CONCURRENTLY "idx_t_a_b" ON "t" ("a", "b");

-- PostgreSQL, 2 down, without a transaction
DROP INDEX CONCURRENTLY "idx_t_a_b";

-- PostgreSQL, 3 up, without a transaction
CREATE UNIQUE INDEX CONCURRENTLY "idx_t_a" ON "t" ("a");

-- PostgreSQL, 3 down, without a transaction
DROP INDEX CONCURRENTLY "idx_t_a";

-- MySQL, 1 up
DROP INDEX `idx_t_a` ON `t`;

-- MySQL, 1 down
CREATE INDEX `idx_t_a` ON `t` (`a`);

-- MySQL, 2 up
CREATE INDEX `idx_t_a_b` ON `t` (`a`, `b`);

-- MySQL, 2 down
DROP INDEX `idx_t_a_b` ON `t`;

-- MySQL, 3 up
CREATE UNIQUE INDEX `idx_t_a` ON `t` (`a`);

-- MySQL, 3 down
DROP INDEX `idx_t_a` ON `t`;

