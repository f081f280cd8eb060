import { Hono } from "hono";
import { z } from "zod";
import { releaseWaitingRefunds } from "../resources/refunds/settle-refund";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { BEHAVIOR_CHOICES, type Behavior, changeBehavior, readBehavior } from "../store/behavior";
import { type ControlEnv, readJson } from "./control-request";

/** `/_control/behavior`: chooses between behaviors where Stripe's depends on the account or is not documented. */
export function createBehaviorControl(runtime: Runtime): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>();
  control.get("/behavior", async (c) => c.json(await readBehavior(runtime.db)));
  control.post("/behavior", async (c) => {
    const change = behaviorInput.parse(await readJson(c)) as Partial<Behavior>;
    const behavior = await inTransaction(runtime, NO_REQUEST, async (tx) => {
      const changed = await changeBehavior(tx, change);
      if (changed.refund_funds === "available") await releaseWaitingRefunds(tx);
      return changed;
    });
    return c.json(behavior);
  });
  return control;
}

const choices = Object.entries(BEHAVIOR_CHOICES).map(([name, values]) => [name, z.enum(values)]);

const behaviorInput = z
  .strictObject({
    ...(Object.fromEntries(choices) as Record<keyof typeof BEHAVIOR_CHOICES, z.ZodEnum>),
    settlement: z.strictObject({ currency: z.string(), exchange_rate: z.number().positive() }).nullable(),
  })
  .partial();
