import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { apiDocument } from "@/lib/http";
import { writeClient, writeErrorCode } from "./client/write-client";

/** The OpenAPI document needs these settings, but none of them gets into the client. */
const PLACEHOLDERS = {
  APP_URL: "https://billing.example.com",
  DATABASE_URL: "postgres://localhost/none",
  STRIPE_SECRET_KEY: "sk_test_none",
  STRIPE_WEBHOOK_SECRET: "whsec_none",
  NEXTAUTH_SECRET: "only to describe the API, never to sign",
};

Object.assign(process.env, PLACEHOLDERS);
const folder = resolve(import.meta.dirname, "../client/generated");
for (const [name, write] of [
  ["brim.ts", writeClient],
  ["error-code.ts", writeErrorCode],
] as const) {
  const file = resolve(folder, name);
  writeFileSync(file, write(apiDocument()));
  console.log(`Wrote ${file}.`);
}
