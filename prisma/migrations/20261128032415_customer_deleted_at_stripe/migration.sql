-- AlterTable
ALTER TABLE "stripe_customer" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3);
