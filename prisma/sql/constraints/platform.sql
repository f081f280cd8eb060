ALTER TABLE "stored_answer" ADD CONSTRAINT "stored_answer_finished" CHECK (("status" IS NULL) = ("body" IS NULL));

-- Unlogged: counts of the current minute may start over after a crash.
ALTER TABLE "rate_limit_count" SET UNLOGGED;
