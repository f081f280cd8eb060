-- AlterTable
ALTER TABLE "usage_rollup" ADD COLUMN     "first_seq" BIGINT,
ADD COLUMN     "last_seq" BIGINT;

-- AlterTable
ALTER TABLE "usage_rollup_mark" ADD COLUMN     "minutes_begin_at" TIMESTAMPTZ(3);

-- From here on by hand: what Prisma cannot express.

-- What is summed already, by day too. The tables are locked by now: no worker sums meanwhile.
ALTER TABLE "usage_rollup" DROP CONSTRAINT "usage_rollup_grain";
ALTER TABLE "usage_rollup" ADD CONSTRAINT "usage_rollup_grain" CHECK ("grain" IN ('minute', 'hour', 'day'));
INSERT INTO "usage_rollup" ("customer_id", "grain", "bucket_at", "kind", "api_key_id", "amount_nanos", "count")
SELECT "customer_id", 'day', date_trunc('day', "bucket_at", 'UTC'), "kind", "api_key_id", sum("amount_nanos"), sum("count")
FROM "usage_rollup" WHERE "grain" = 'hour' GROUP BY 1, 3, 4, 5;

UPDATE "usage_rollup" r SET "first_seq" = s."first_seq", "last_seq" = s."last_seq"
FROM (
  SELECT t."customer_id", date_trunc('hour', t."created_at", 'UTC') AS "hour_at", t."kind",
         coalesce(t."api_key_id", '') AS "api_key_id", min(t."seq") AS "first_seq", max(t."seq") AS "last_seq"
  FROM "ledger_transfer" t JOIN "usage_rollup_mark" m USING ("customer_id")
  WHERE t."seq" <= m."seq" GROUP BY 1, 2, 3, 4
) s
WHERE r."grain" = 'hour' AND r."customer_id" = s."customer_id" AND r."bucket_at" = s."hour_at" AND r."kind" = s."kind"
  AND r."api_key_id" = s."api_key_id";

-- A worker of the version before, which knows no days, is refused by this: its sums would have none. It adds nothing until
-- it is replaced, and reads stay exact meanwhile.
ALTER TABLE "usage_rollup" ADD CONSTRAINT "usage_rollup_hour_has_numbers" CHECK (
  ("grain" = 'hour') = ("first_seq" IS NOT NULL AND "last_seq" IS NOT NULL)
);

-- Whole hours: the part of an hour before it is read from the ledger, the part behind it from sums by minute.
ALTER TABLE "usage_rollup_mark" ADD CONSTRAINT "usage_rollup_mark_whole_hour" CHECK (
  extract(epoch FROM "minutes_begin_at") % 3600 = 0
);
