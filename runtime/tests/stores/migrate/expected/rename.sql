-- SQLite, 1 up
DROP INDEX "idx_t_coupon";
ALTER TABLE "t" RENAME COLUMN "coupon" TO "voucher";
CREATE INDEX "idx_t_voucher" ON "t" ("voucher");

-- SQLite, 1 down
DROP INDEX "idx_t_voucher";
ALTER TABLE "t" RENAME COLUMN "voucher" TO "coupon";
CREATE INDEX "idx_t_coupon" ON "t" ("coupon");

-- PostgreSQL, 1 up
ALTER INDEX "idx_t_coupon" RENAME TO "idx_t_voucher";
ALTER TABLE "t" RENAME COLUMN "coupon" TO "voucher";

-- PostgreSQL, 1 down
ALTER TABLE "t" RENAME COLUMN "voucher" TO "coupon";
ALTER INDEX "idx_t_voucher" RENAME TO "idx_t_coupon";

-- MySQL, 1 up
ALTER TABLE `t` RENAME INDEX `idx_t_coupon` TO `idx_t_voucher`;

-- MySQL, 1 down
ALTER TABLE `t` RENAME INDEX `idx_t_voucher` TO `idx_t_coupon`;

-- MySQL, 2 up
ALTER TABLE `t` RENAME COLUMN `coupon` TO `voucher`;

-- MySQL, 2 down
ALTER TABLE `t` RENAME COLUMN `voucher` TO `coupon`;

