import { apiDocument, type ParameterPart, ROUTES, type Route } from "@/lib/http";
import { startJobs } from "@/lib/platform/jobs";
import { type RunningBrim, startBrim } from "./brim";
import { freshObjects } from "./refusals/idempotency";
import { type ApiWorld, buildWorld } from "./refusals/world";

/** Each call that has samples, with its name. */
export const SAMPLED = ROUTES.filter((route) => route.access.kind !== "stripe").map(
  (route) => [route.operationId, route] as const,
);

/** A Brim in which each sample finds what it speaks of. */
export interface SampleWorld {
  brim: RunningBrim;
  world: ApiWorld;
  stop(): Promise<void>;
}

/** Starts one. One for each language: the same samples name the same idempotency keys. */
export async function startSampleWorld(): Promise<SampleWorld> {
  const brim = await startBrim();
  const world = await buildWorld(brim);
  // The sample that asks whether Brim is ready wants to hear so.
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

/** A sample as it stands in the reference, with ids that exist in place of those of nobody. */
export async function sampleOf(route: Route, label: string, world: ApiWorld): Promise<string> {
  const operation = apiDocument().paths[route.path]?.[route.method.toLowerCase()];
  const sample = operation?.["x-codeSamples"].find((one) => one.label === label);
  if (!operation || !sample) throw new Error(`${route.operationId} has no sample in ${label}.`);
  const objects = await freshObjects(route, world); // of its own for each sample
  const isPart = (one: object): one is ParameterPart => "in" in one && one.in === "path";
  const named = (operation.parameters ?? []).filter(isPart).reduce((source, { name, example }) => {
    if (!source.includes(String(example))) throw new Error(`The sample does not name ${name}.`);
    return source.replaceAll(String(example), objects[name] ?? "");
  }, sample.source);
  return named.replace(/cust_01kaw\w+/g, world.customer.customerId);
}
