-- SQLite, 1 up
ALTER TABLE "t" DROP COLUMN "coupon";

-- SQLite, 1 down
ALTER TABLE "t" ADD COLUMN "coupon" TEXT;

-- PostgreSQL, 1 up
ALTER TABLE "t" DROP COLUMN "coupon";

-- PostgreSQL, 1 down
ALTER TABLE "t" ADD COLUMN "coupon" VARCHAR(32);

-- MySQL, 1 up
ALTER TABLE `t` DROP COLUMN `coupon`;

-- MySQL, 1 down
ALTER TABLE `t` ADD COLUMN `coupon` VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

