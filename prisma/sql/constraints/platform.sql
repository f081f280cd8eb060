ALTER TABLE "stored_answer" ADD CONSTRAINT "stored_answer_finished" CHECK (("status" IS NULL) = ("body" IS NULL));

-- Counts of the current minute: after a crash they begin again, so they need no log.
ALTER TABLE "rate_limit_count" SET UNLOGGED;
