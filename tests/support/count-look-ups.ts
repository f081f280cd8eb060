import { pool } from "@/lib/platform/db";

/**
 * Counts the look-ups at Stripe from now on, in this test's database.
 *
 * @returns a function that stops counting, and returns when each of them took its turn
 */
export async function countLookUps(): Promise<() => Promise<Date[]>> {
  await pool().query(`
    DROP TABLE IF EXISTS counted_look_up;
    DROP FUNCTION IF EXISTS count_look_up CASCADE;
    CREATE TABLE counted_look_up (at timestamptz NOT NULL);
    CREATE FUNCTION count_look_up() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO counted_look_up VALUES (NEW.next_at); RETURN NULL; END $$;
    CREATE TRIGGER count_look_up AFTER INSERT OR UPDATE OF next_at ON stripe_look_up_budget
      FOR EACH ROW EXECUTE FUNCTION count_look_up()`);
  return async () => {
    const { rows } = await pool().query<{ at: Date }>("SELECT at FROM counted_look_up ORDER BY at");
    await pool().query("DROP FUNCTION count_look_up CASCADE; DROP TABLE counted_look_up");
    return rows.map(({ at }) => at);
  };
}
