import { Hono } from "hono";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { type ControlEnv, readJson } from "./control-edge";
import { copyEventNow } from "./copy-event";
import { deliveryFaultInput, rotateInput } from "./delivery-inputs";
import { rotateSecret } from "./rotate-secret";

/** `/_control`: what goes wrong between an event and its endpoints. */
export function createDeliveryControl(runtime: Runtime): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>();
  control.get("/deliveries/faults", (c) => c.json({ faults: runtime.deliveryFaults.list() }));
  control.post("/deliveries/faults", async (c) => {
    runtime.deliveryFaults.add(deliveryFaultInput.parse(await readJson(c)));
    // A look that began without the fault could still send what happens after this answer.
    await runtime.deliveries.afterLook();
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
