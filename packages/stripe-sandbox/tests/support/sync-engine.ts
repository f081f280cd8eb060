import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type * as SyncEngine from "@supabase/stripe-sync-engine";
import type Stripe from "stripe";
import { createTestDatabase } from "@/tests/support/database";

// Its ESM build looks for its migrations through `__dirname`, which only the CommonJS build has.
const { StripeSync, runMigrations } = createRequire(import.meta.url)(
  "@supabase/stripe-sync-engine",
) as typeof SyncEngine;

/** A third-party program that copies a Stripe account into Postgres, from webhooks and lists. */
export interface RunningSyncEngine {
  engine: SyncEngine.StripeSync;
  /** Handles a webhook; returns 400 for a wrong signature. */
  webhookUrl: string;
  /** Errors from webhooks that it accepted. */
  failures: unknown[];
  /** Returns one of its tables, by ID. */
  rows(table: string): Promise<Map<string, Record<string, unknown>>>;
  stop(): Promise<void>;
}

/** Starts the engine on its own database, connected to the given Stripe API. */
export async function startSyncEngine(options: {
  stripe: Stripe;
  secretKey: string;
  webhookSecret: string;
}): Promise<RunningSyncEngine> {
  const database = await createTestDatabase({ empty: true });
  await runMigrations({ databaseUrl: database.url, schema: "stripe" });
  const engine = new StripeSync({
    poolConfig: { connectionString: database.url, max: 5 },
    stripeSecretKey: options.secretKey,
    stripeWebhookSecret: options.webhookSecret,
    backfillRelatedEntities: true,
    autoExpandLists: true,
    // Event times are whole seconds, so of two events in one second it would keep the first.
    revalidateObjectsViaStripeApi: [
      "charge",
      "customer",
      "dispute",
      "invoice",
      "payment_intent",
      "payment_method",
      "refund",
      "setup_intent",
    ],
  });
  engine.stripe = options.stripe;
  const failures: unknown[] = [];
  let working: Promise<void> = Promise.resolve();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const take = () =>
        engine.processWebhook(Buffer.concat(chunks), String(request.headers["stripe-signature"]));
      const fail = (error: unknown) => {
        failures.push(error);
        response.writeHead(400).end();
      };
      // One at a time: of two concurrent reads of an object it would keep the one that it stores last.
      working = working.then(take).then(() => void response.writeHead(200).end(), fail);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    engine,
    webhookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    failures,
    rows: async (table) => {
      const found = await engine.postgresClient.query(`SELECT * FROM stripe."${table}"`);
      return new Map(found.rows.map((row) => [row.id, row]));
    },
    stop: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await engine.postgresClient.close();
      await database.drop();
    },
  };
}
