import { randomUUID } from "node:crypto";
import type { Actor } from "@/lib/auth";
import { nanos } from "@/lib/money";
import type { CustomerId } from "@/lib/platform/ids";
import { type ChargeInput, chargeUsage, chargeUsageBatch } from "@/lib/usage";
import { AMOUNT_NANOS, KEY_ID } from "./bare-charge";

const OPERATOR: Actor = { kind: "operator_key", apiKeyId: KEY_ID, scopes: ["usage:write"] };

/** Makes one charge like the API, without HTTP. */
export async function chargeByUsage(customerId: CustomerId): Promise<number> {
  await chargeUsage(OPERATOR, inputFor(customerId));
  return 1;
}

/** Makes a batch of charges for one customer. */
export async function chargeBatchByUsage(customerId: CustomerId, size: number): Promise<number> {
  const results = await chargeUsageBatch(
    OPERATOR,
    Array.from({ length: size }, () => inputFor(customerId)),
  );
  if (!results.every((result) => result.ok)) throw new Error("An item of a batch was rejected.");
  return size;
}

function inputFor(customerId: CustomerId): ChargeInput {
  return { customerId, amount: nanos(AMOUNT_NANOS), idempotencyKey: randomUUID(), allowOverdraft: false };
}
