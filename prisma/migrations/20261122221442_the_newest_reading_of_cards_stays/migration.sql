-- AlterTable
ALTER TABLE "stripe_customer" ADD COLUMN     "cards_version" INTEGER NOT NULL DEFAULT 0;
