import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { apiListener } from "@/lib/http";
import { closeDatabase } from "@/lib/platform/db";
import { applyMigrations } from "@/lib/platform/migrations";
import { applySettings } from "../support/settings";
import { startBenchPostgres } from "./ledger/bench-database";
import { measure, SCENARIOS } from "./spendable/measure";
import { startStripe } from "./spendable/stripe-process";

/**
 * `npm run bench:spendable`: how long it takes from a payment until its credit can be spent. Customers are blocked (402) and pay
 * in shuffled order. As soon as a credit is committed, a charge is sent, which must succeed. Brim with its reader of events, the
 * local Stripe and Postgres run on this machine, each in a process of its own.
 *
 * `--percent=20` runs with a fifth of the customers.
 */
const percent = Number(/^--percent=(\d+)$/.exec(process.argv[2] ?? "")?.[1] ?? 100);

const WEBHOOK_SECRET = "whsec_spendable";

const server = createServer(apiListener);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const postgres = await startBenchPostgres(null);
try {
  const databaseUrl = await postgres.empty("spendable");
  await applyMigrations({ databaseUrl });
  const stripe = await startStripe({
    databaseUrl: await postgres.empty("spendable_stripe"),
    webhookUrl: `${url}/api/webhooks/stripe`,
    webhookSecret: WEBHOOK_SECRET,
  });
  applySettings({
    APP_URL: url,
    DATABASE_URL: databaseUrl,
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_API_BASE: stripe.url,
    STRIPE_LOOK_UPS_PER_SECOND: "5",
  });
  try {
    for (const scenario of SCENARIOS) await measure(scenario, percent / 100, { url, stripe });
  } finally {
    await stripe.stop();
  }
} finally {
  server.close();
  server.closeAllConnections();
  await closeDatabase();
  await postgres.stop();
}
process.exit();
