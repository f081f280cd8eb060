ALTER TABLE "stripe_event"
  ADD CONSTRAINT "stripe_event_status" CHECK ("status" IN ('received', 'processed', 'foreign', 'unhandled', 'failed')),
  ADD CONSTRAINT "stripe_event_finished" CHECK (("status" IN ('received', 'unhandled', 'failed')) = ("finished_at" IS NULL));

CREATE INDEX "stripe_event_due" ON "stripe_event" ("next_try_at") WHERE "status" IN ('received', 'failed');
-- Events of types that this version does not handle, for a later version that does.
CREATE INDEX "stripe_event_unhandled" ON "stripe_event" ("type") WHERE "status" = 'unhandled';

ALTER TABLE "stripe_event_cursor" ADD CONSTRAINT "stripe_event_cursor_reader" CHECK ("reader" IN ('poll', 'sweep'));
