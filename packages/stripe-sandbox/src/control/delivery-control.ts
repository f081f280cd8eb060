import { Hono } from "hono";
import { z } from "zod";
import { loadLive } from "../resources/load-object";
import { newWebhookSecret, saveEndpoint } from "../resources/webhook-endpoints";
import { inTransaction, NO_REQUEST, type Runtime, type Tx } from "../runtime";
import type { Stripe } from "../stripe-types";
import type { EndpointSecrets } from "../webhooks/sign-payload";
import { type ControlEnv, readJson } from "./control-request";
import { copyEventNow } from "./replay-events";

/** `/_control`: faults of deliveries, copies of events, and secrets of endpoints. */
export function createDeliveryControl(runtime: Runtime): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>();
  control.get("/deliveries/faults", (c) => c.json({ faults: runtime.deliveryFaults.list() }));
  control.post("/deliveries/faults", async (c) => {
    runtime.deliveryFaults.add(deliveryFaultInput.parse(await readJson(c)));
    // A poll that began without the fault could still send events that happen after this response.
    await runtime.deliveries.afterCurrentPoll();
    return c.json({ faults: runtime.deliveryFaults.list() });
  });
  control.delete("/deliveries/faults", (c) => {
    runtime.deliveryFaults.clear();
    runtime.deliveries.wake();
    return c.json({ faults: [] });
  });
  control.post("/events/:id/copy", async (c) =>
    c.json({ data: await copyEventNow(runtime, c.req.param("id")) }),
  );
  control.post("/endpoints/:id/rotate", async (c) => {
    const { overlap_seconds: overlap } = rotateInput.parse(await readJson(c));
    return c.json(
      await inTransaction(runtime, NO_REQUEST, (tx) => rotateSecret(tx, c.req.param("id"), overlap)),
    );
  });
  return control;
}

const DAY_SECONDS = 86_400;

const deliveryFaultInput = z.strictObject({
  match: z
    .strictObject({
      /** An event type, or a prefix that ends with `*`. */
      type: z.string().optional(),
      /** Id of an endpoint. */
      endpoint: z.string().optional(),
    })
    .default({}),
  action: z.enum(["drop", "delay", "duplicate", "copy", "reorder"]),
  /** How many deliveries it affects, or how many are reordered together; null until it is removed. */
  times: z.int().min(1).max(10_000).nullable().default(1),
  chance: z.number().min(0).max(1).default(1),
  delayMs: z
    .int()
    .min(0)
    .max(7 * DAY_SECONDS * 1000)
    .default(10_000),
  copies: z.int().min(1).max(100).default(1),
  parallel: z.boolean().default(false),
});

const rotateInput = z.strictObject({
  /** Stripe keeps an old secret valid for at most a day. */
  overlap_seconds: z.int().min(0).max(DAY_SECONDS).default(DAY_SECONDS),
});

interface RotatedSecret {
  endpoint: string;
  /** The new secret, shown only once. */
  secret: string;
  /** Unix seconds at which the old secret stops signing; null if it already has. */
  old_secret_ends_at: number | null;
}

/**
 * Rolls an endpoint's secret. During the overlap every delivery has a second `v1` signature with the old one.
 *
 * @param overlapSeconds on the sandbox's clock
 * @throws StripeError 404 for an unknown endpoint
 */
async function rotateSecret(tx: Tx, id: string, overlapSeconds: number): Promise<RotatedSecret> {
  const { data, private: known } = await loadLive<Stripe.WebhookEndpoint>(tx, "webhook_endpoint", id);
  const before = known as EndpointSecrets;
  const secret = newWebhookSecret();
  const endsAt = tx.now + overlapSeconds;
  const stillSigning = (before.retiring ?? []).filter((old) => old.endsAt > tx.now);
  const retiring = before.secrets.map((old) => ({ secret: old, endsAt }));
  await saveEndpoint(tx, data, {
    ...before,
    secrets: [secret],
    retiring: overlapSeconds === 0 ? [] : [...retiring, ...stillSigning],
  });
  return { endpoint: id, secret, old_secret_ends_at: overlapSeconds === 0 ? null : endsAt };
}
