import { setCaptureDelay } from "../resources/charges/late-capture";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { restartRandom } from "../store/random";
import { upsertConfiguredEndpoint } from "../webhooks/configured-endpoint";
import type { DeliveryLoop } from "../webhooks/delivery-loop";

/**
 * Empties the sandbox: afterwards it is as it was after its very first start. The secret key stays, the endpoint of
 * the configuration is made anew, the clock shows real time and no fault is on.
 */
export async function resetState(runtime: Runtime, deliveries: DeliveryLoop): Promise<void> {
  runtime.faults.clear();
  runtime.deliveryFaults.clear();
  await deliveries.setMode("deliver");
  // An answer that came in later would be taken for that of a new delivery with the same number.
  await deliveries.whileIdle(async () => {
    await runtime.db.query("TRUNCATE object, event, delivery, idempotency_key RESTART IDENTITY");
  });
  await setCaptureDelay(runtime.db, 0);
  await runtime.clock.reset();
  await restartRandom(runtime.db, runtime.random);
  await inTransaction(runtime, NO_REQUEST, (tx) => upsertConfiguredEndpoint(tx, runtime.configuredEndpoint));
}
