import { Hono } from "hono";
import type { Runtime } from "../runtime";
import type { DeliveryLoop } from "../webhooks/delivery-loop";
import type { ControlEnv } from "./control-edge";
import { dumpState } from "./dump-state";
import { resetState } from "./reset-state";

/** `/_control/dump` and `/_control/reset`: all of the state at once. */
export function createStateControl(runtime: Runtime, deliveries: DeliveryLoop): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>();
  control.get("/dump", async (c) => c.json(await dumpState(runtime, deliveries)));
  control.post("/reset", async (c) => {
    await resetState(runtime, deliveries);
    return c.json({ reset: true, now: runtime.clock.now() });
  });
  return control;
}
