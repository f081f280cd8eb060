import { pool } from "@/lib/platform/db";
import { type ApiResponse, eventually, type RunningBrim } from "./brim";
import { deliver, type SentEvent } from "./signed-event";

/**
 * Delivers an event and pauses its handling after the read of Stripe and before the write. Runs `work` during the pause.
 *
 * @returns the response to the delivery
 */
export async function whileEventHandlingIsPaused(
  brim: RunningBrim,
  event: SentEvent,
  work: () => Promise<unknown>,
): Promise<ApiResponse> {
  const client = await pool().connect();
  try {
    await client.query(
      `INSERT INTO stripe_event (stripe_event_id, type, livemode, payload, status, occurred_at)
       VALUES ($1, $2, false, '{}', 'received', now())`,
      [event.id, event.type],
    );
    await client.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0");
    // The locked row of the event blocks the handler's write.
    await client.query("SELECT 1 FROM stripe_event WHERE stripe_event_id = $1 FOR UPDATE", [event.id]);
    const response = deliver(brim, event);
    await eventually(countLockWaits, (count) => count === 1);
    await work();
    await client.query("ROLLBACK");
    return await response;
  } finally {
    client.release();
  }
}

async function countLockWaits(): Promise<number> {
  const { rows } = await pool().query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows[0]?.n ?? 0;
}
