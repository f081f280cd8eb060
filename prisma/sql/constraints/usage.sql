ALTER TABLE "usage_rollup"
  ADD CONSTRAINT "usage_rollup_grain" CHECK ("grain" IN ('minute', 'hour', 'day')),
  ADD CONSTRAINT "usage_rollup_hour_has_numbers" CHECK (
    ("grain" = 'hour') = ("first_seq" IS NOT NULL AND "last_seq" IS NOT NULL)
  );

-- Whole hours. A report reads a partial hour at its start from the ledger and one at its end from sums by minute.
ALTER TABLE "usage_rollup_mark" ADD CONSTRAINT "usage_rollup_mark_whole_hour" CHECK (
  extract(epoch FROM "minutes_begin_at") % 3600 = 0
);
