import pg, { type PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LEDGER_CHECKS } from "@/lib/commands/all-ledger-checks";
import { type Finding, verifyLedger } from "@/lib/ledger";
import { compareGuards, type ExpectedGuards, expectGuards } from "@/lib/ledger/verify/guards/compare-guards";
import { pool } from "@/lib/platform/db";
import { removeGuards } from "@/tests/support/damaged-copy";
import { testDatabase } from "@/tests/support/settings";

const database = testDatabase();
let expected: ExpectedGuards;

beforeAll(async () => {
  await database.ready;
  expected = await expectGuards(pool());
});
afterAll(() => database.drop());

/** Returns the findings after `damage`, which is rolled back. */
async function findingsAfter(
  damage: string | ((client: PoolClient) => Promise<unknown>),
): Promise<Finding[]> {
  const client = await pool().connect();
  try {
    await client.query("BEGIN");
    await (typeof damage === "string" ? client.query(damage) : damage(client));
    return await compareGuards(client, expected);
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

const named = (findings: readonly Finding[]) =>
  findings.map(({ check, subjectId }) => `${check} ${subjectId}`);

/** A function body that accepts everything. */
const LET_PASS = "LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$";
const recreate = (drop: string, create: string) => `${drop}; ${create}`;

it("a migrated database has no findings", async () => {
  expect(await findingsAfter("SELECT 1")).toEqual([]);
});

it("reports every missing constraint, unique index and trigger in every table", async () => {
  const guards = (expected.definitions[0] ?? []).filter(({ kind }) =>
    ["constraint", "unique_index", "trigger"].includes(kind),
  );
  const tables = [...new Set(guards.map(({ owner }) => owner ?? ""))];

  const findings = await findingsAfter((client) => removeGuards(client, tables));

  expect(guards.length).toBeGreaterThan(90);
  expect(named(findings)).toEqual(expect.arrayContaining(guards.map(({ kind, name }) => `${kind} ${name}`)));
  const missing = findings.filter(({ check }) => ["constraint", "unique_index", "trigger"].includes(check));
  expect(missing.every(({ message }) => message.endsWith("is missing."))).toBe(true);
});

describe("reports a guard that exists under its name with a different definition", () => {
  const DAMAGES: [found: string, sql: string][] = [
    [
      "unique_index ledger_transfer_idempotency",
      recreate(
        "DROP INDEX ledger_transfer_idempotency",
        "CREATE UNIQUE INDEX ledger_transfer_idempotency ON ledger_transfer (customer_id, seq)",
      ),
    ],
    [
      "unique_index ledger_transfer_idempotency",
      recreate(
        "DROP INDEX ledger_transfer_idempotency",
        "CREATE INDEX ledger_transfer_idempotency ON ledger_transfer (customer_id, idempotency_owner, idempotency_key) WHERE idempotency_key IS NOT NULL",
      ),
    ],
    [
      "unique_index topup_intent_payment",
      recreate(
        "DROP INDEX topup_intent_payment",
        "CREATE UNIQUE INDEX topup_intent_payment ON topup_intent (customer_id, stripe_payment_intent_id) WHERE stripe_payment_intent_id IS NULL",
      ),
    ],
    [
      "unique_index ledger_hold_idempotency",
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ledger_hold_idempotency'::regclass",
    ],
    [
      "constraint ledger_transfer_pkey",
      "ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_transfer_pkey, ADD CONSTRAINT ledger_transfer_pkey PRIMARY KEY (customer_id, transfer_id)",
    ],
    [
      "constraint topup_intent_credit",
      "ALTER TABLE topup_intent DROP CONSTRAINT topup_intent_credit, ADD CONSTRAINT topup_intent_credit CHECK (true)",
    ],
    [
      "constraint ledger_hold_amount_positive",
      "ALTER TABLE ledger_hold DROP CONSTRAINT ledger_hold_amount_positive, ADD CONSTRAINT ledger_hold_amount_positive CHECK (amount_nanos > -1)",
    ],
    [
      "constraint ledger_hold_amount_positive",
      "ALTER TABLE ledger_hold DROP CONSTRAINT ledger_hold_amount_positive, ADD CONSTRAINT ledger_hold_amount_positive CHECK (amount_nanos > 0) NOT VALID",
    ],
    [
      "constraint refund_task_intent",
      "ALTER TABLE refund_task DROP CONSTRAINT refund_task_intent, ADD CONSTRAINT refund_task_intent FOREIGN KEY (customer_id, topup_intent_id) REFERENCES topup_intent (customer_id, topup_intent_id) ON DELETE CASCADE",
    ],
    ["constraint ledger_account_customer", "ALTER TABLE ledger_account DISABLE TRIGGER ALL"],
    ["trigger ledger_transfer_append_only", "ALTER TABLE ledger_transfer DISABLE TRIGGER USER"],
    [
      "trigger ledger_transfer_append_only",
      "ALTER TABLE ledger_transfer ENABLE REPLICA TRIGGER ledger_transfer_append_only",
    ],
    [
      "trigger ledger_transfer_is_lawful",
      "ALTER TABLE ledger_transfer ENABLE TRIGGER ledger_transfer_is_lawful", // no longer ALWAYS
    ],
    [
      "trigger ledger_transfer_is_lawful",
      "CREATE OR REPLACE TRIGGER ledger_transfer_is_lawful BEFORE INSERT ON ledger_transfer FOR EACH ROW WHEN (NEW.seq > 1) EXECUTE FUNCTION ledger_transfer_is_lawful(); ALTER TABLE ledger_transfer ENABLE ALWAYS TRIGGER ledger_transfer_is_lawful",
    ],
    [
      "trigger ledger_transfer_append_only",
      "CREATE OR REPLACE TRIGGER ledger_transfer_append_only BEFORE DELETE ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    ],
    [
      "trigger topup_timeline_append_only",
      `CREATE FUNCTION let_pass() RETURNS trigger ${LET_PASS}; CREATE OR REPLACE TRIGGER topup_timeline_append_only BEFORE UPDATE OR DELETE ON topup_timeline FOR EACH ROW EXECUTE FUNCTION let_pass()`,
    ],
    ["trigger ledger_hold_key_is_no_transfer", "ALTER TABLE ledger_hold DISABLE TRIGGER USER"],
    [
      "function ledger_transfer_is_lawful()",
      `CREATE OR REPLACE FUNCTION ledger_transfer_is_lawful() RETURNS trigger ${LET_PASS}`,
    ],
    ["function refuse_change()", `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger ${LET_PASS}`],
    [
      "function ledger_release_hold(text,text,text)",
      "ALTER FUNCTION ledger_release_hold(text, text, text) SECURITY DEFINER",
    ],
    [
      "function ledger_release_hold(text,text,text)",
      "ALTER FUNCTION ledger_release_hold(text, text, text) SET search_path = elsewhere",
    ],
    [
      "domain_constraint ledger_account_held_not_negative",
      "ALTER DOMAIN ledger_account_held_nanos DROP CONSTRAINT ledger_account_held_not_negative; ALTER DOMAIN ledger_account_held_nanos ADD CONSTRAINT ledger_account_held_not_negative CHECK (VALUE >= -1)",
    ],
    [
      "domain_constraint ledger_account_held_not_negative",
      "ALTER DOMAIN ledger_account_held_nanos DROP CONSTRAINT ledger_account_held_not_negative; ALTER DOMAIN ledger_account_held_nanos ADD CONSTRAINT ledger_account_held_not_negative CHECK (VALUE >= 0) NOT VALID",
    ],
    [
      "domain_constraint ledger_account_seq_not_negative",
      "ALTER DOMAIN ledger_account_last_seq DROP CONSTRAINT ledger_account_seq_not_negative",
    ],
    ["column balance_nanos", "ALTER TABLE ledger_account ALTER COLUMN balance_nanos TYPE bigint"],
    [
      "column amount_nanos",
      "ALTER TABLE ledger_charge_refund ADD amount_nanos bigint; ALTER TABLE ledger_hold ALTER COLUMN amount_nanos TYPE numeric",
    ],
    ["column customer_id", "ALTER TABLE stripe_object ALTER COLUMN customer_id DROP NOT NULL"],
    ["column status", "ALTER TABLE ledger_account ALTER COLUMN status SET DEFAULT 'frozen'"],
    [
      "view house_account_balance",
      "CREATE OR REPLACE VIEW house_account_balance AS SELECT ''::text AS house_account, 0::numeric AS balance_nanos, 0::bigint AS transfers",
    ],
    ["table ledger_transfer", "CREATE TABLE ledger_transfer_more () INHERITS (ledger_transfer)"],
    ["table ledger_transfer", "ALTER TABLE ledger_transfer ENABLE ROW LEVEL SECURITY"],
    ["table stripe_event", "ALTER TABLE stripe_event SET UNLOGGED"],
    ["setting session_replication_role", "SET LOCAL session_replication_role = replica"],
  ];

  it.each(DAMAGES)("%s: %s", async (found, sql) => {
    expect(named(await findingsAfter(sql))).toContain(found);
  });
});

describe("reports unknown objects that affect Brim's tables", () => {
  it.each([
    [
      "trigger ledger_transfer_rounds",
      `CREATE FUNCTION rounds() RETURNS trigger ${LET_PASS}; CREATE TRIGGER ledger_transfer_rounds BEFORE INSERT ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION rounds()`,
    ],
    ["rule forget", "CREATE RULE forget AS ON INSERT TO alert DO INSTEAD NOTHING"],
    [
      "function refuse_key_of_topup(character varying,text,text)",
      "CREATE FUNCTION refuse_key_of_topup(varchar, text, text) RETURNS void LANGUAGE sql AS $$SELECT$$",
    ],
  ])("%s", async (found, sql) => {
    expect(named(await findingsAfter(sql))).toEqual([found]);
  });

  it("ignores an operator's own index, column and table", async () => {
    expect(
      await findingsAfter(
        `CREATE INDEX mine ON ledger_transfer (created_at); ALTER TABLE customer ADD mine text;
         CREATE TABLE mine_too (id int PRIMARY KEY); CREATE FUNCTION mine() RETURNS trigger ${LET_PASS};
         CREATE TRIGGER mine BEFORE INSERT ON mine_too FOR EACH ROW EXECUTE FUNCTION mine()`,
      ),
    ).toEqual([]);
  });
});

it("accepts every CHECK in the form that a restored dump has", async () => {
  const findings = await findingsAfter(`
    DO $$
    DECLARE guard record;
    BEGIN
      FOR guard IN SELECT conrelid::regclass AS relation, conname, pg_get_constraintdef(oid) AS says FROM pg_constraint
        WHERE contype = 'c' AND conrelid <> 0 AND connamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', guard.relation, guard.conname, guard.conname, guard.says);
      END LOOP;
    END
    $$`);

  expect(findings).toEqual([]);
});

it("reports the actual and the expected definition", async () => {
  const [finding] = await findingsAfter(
    "ALTER TABLE ledger_hold DROP CONSTRAINT ledger_hold_amount_positive, ADD CONSTRAINT ledger_hold_amount_positive CHECK (true)",
  );

  expect(finding).toEqual({
    check: "constraint",
    customerId: null,
    seq: null,
    subjectId: "ledger_hold_amount_positive",
    message:
      "The constraint ledger_hold_amount_positive of the table ledger_hold differs from the migrations: it is `CHECK (true)` and must be `CHECK ((amount_nanos > 0))`.",
    count: 1,
  });
});

describe("the whole verification", () => {
  it("compares the guards and removes what it created for the comparison", async () => {
    const schemas = () => pool().query("SELECT nspname FROM pg_namespace ORDER BY 1");
    const before = (await schemas()).rows;
    await pool().query("ALTER TABLE ledger_hold DISABLE TRIGGER ledger_hold_key_is_no_transfer");

    const { findings } = await verifyLedger(pool(), LEDGER_CHECKS);
    await pool().query("ALTER TABLE ledger_hold ENABLE TRIGGER ledger_hold_key_is_no_transfer");

    expect(named(findings)).toEqual(["trigger ledger_hold_key_is_no_transfer"]);
    expect((await schemas()).rows).toEqual(before);
    expect((await verifyLedger(pool(), LEDGER_CHECKS)).findings).toEqual([]);
  });

  it("reports missing migrations, and compares with the applied ones", async () => {
    const { rows } = await pool().query(
      "DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations) RETURNING *",
    );

    const { findings } = await verifyLedger(pool(), LEDGER_CHECKS);
    const [{ id, checksum, migration_name: name, finished_at: at }] = rows;
    await pool().query(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ($1, $2, $3, $4)",
      [id, checksum, name, at],
    );

    expect(findings[0]).toMatchObject({ check: "migrations", message: expect.stringContaining(name) });
  });

  it("skips the comparison when there are unknown migrations, and reports that", async () => {
    await pool().query(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('next', '', '20991231235959_next', now())",
    );

    const { findings } = await verifyLedger(pool(), LEDGER_CHECKS);
    await pool().query("DELETE FROM _prisma_migrations WHERE id = 'next'");

    expect(named(findings)).toEqual(["migrations null"]);
    expect(findings[0]?.message).toContain("20991231235959_next");
  });

  it("explains what to do when the role cannot create a schema for the comparison", async () => {
    const role = `reader_${process.pid}_${Date.now()}`;
    await pool().query(
      `CREATE ROLE ${role} LOGIN PASSWORD 'reader'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
    );
    const url = new URL(process.env.DATABASE_URL ?? "");
    url.username = role;
    url.password = "reader";
    const reader = new pg.Pool({ connectionString: url.href, max: 1 });
    Reflect.deleteProperty(globalThis, Symbol.for("brim.expected-definitions")); // an earlier failure would otherwise be reported first

    const { findings } = await verifyLedger(reader, LEDGER_CHECKS);
    await reader.end();
    await pool().query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);

    expect(named(findings)).toEqual(["guards_not_compared null"]);
    expect(findings[0]?.message).toContain("GRANT CREATE ON DATABASE");
  });
});
