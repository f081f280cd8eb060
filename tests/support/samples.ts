import { apiDocument, type ParameterPart, ROUTES, type Route } from "@/lib/http";
import { startJobs } from "@/lib/platform/jobs";
import { type RunningBrim, startBrim } from "./brim";
import { freshObjects } from "./refusals/idempotency";
import { type ApiWorld, buildWorld } from "./refusals/world";

/** Operations with samples, by name. */
export const SAMPLED = ROUTES.filter((route) => route.access.kind !== "stripe").map(
  (route) => [route.operationId, route] as const,
);

/** A running Brim with the objects that the samples use. */
export interface SampleWorld {
  brim: RunningBrim;
  world: ApiWorld;
  stop(): Promise<void>;
}

/** Starts one. Each language needs its own, because the samples use the same idempotency keys. */
export async function startSampleWorld(): Promise<SampleWorld> {
  const brim = await startBrim({ settings: { CUSTOMER_REFUNDS: "24" } });
  const world = await buildWorld(brim);
  // The readiness sample needs a worker.
  const worker = await startJobs([{ task: "nothing", cron: "0 0 1 1 *", run: async () => {} }]);
  return {
    brim,
    world,
    async stop() {
      await worker.stop();
      await brim.stop();
    },
  };
}

/** Returns a sample of the reference with its example ids replaced by existing ones. */
export async function sampleOf(route: Route, label: string, world: ApiWorld): Promise<string> {
  const operation = apiDocument().paths[route.path]?.[route.method.toLowerCase()];
  const sample = operation?.["x-codeSamples"].find((one) => one.label === label);
  if (!operation || !sample) throw new Error(`${route.operationId} has no sample in ${label}.`);
  const objects = await freshObjects(route, world); // new objects for each sample
  const isPart = (one: object): one is ParameterPart => "in" in one && one.in === "path";
  const named = (operation.parameters ?? []).filter(isPart).reduce((source, { name, example }) => {
    if (!source.includes(String(example))) throw new Error(`The sample does not name ${name}.`);
    return source.replaceAll(String(example), objects[name] ?? "");
  }, sample.source);
  return named.replace(/cust_01kaw\w+/g, world.customer.customerId);
}
