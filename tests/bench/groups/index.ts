import { measureSandbox } from "@/packages/stripe-sandbox/tests/bench/measure-sandbox";
import type { Row } from "../table";
import { measureBatches } from "./batch";
import type { Bench } from "./bench";
import { measureCharges } from "./charge";
import { measureDrivers } from "./drivers";
import { measureGrowth } from "./growth";
import { measureHttp } from "./http";
import { measureInputSizes } from "./input-size";
import { measurePipeline } from "./pipeline";
import { measureThreshold } from "./threshold";

const GROUPS = {
  charge: measureCharges,
  http: measureHttp,
  pipeline: measurePipeline,
  batch: measureBatches,
  threshold: measureThreshold,
  drivers: measureDrivers,
  sandbox: measureSandbox,
  growth: measureGrowth,
  "input-size": measureInputSizes,
} as const satisfies Record<string, (bench: Bench) => Promise<Row[]>>;

export type GroupName = keyof typeof GROUPS;

export const GROUP_NAMES = Object.keys(GROUPS) as GroupName[];

/** Measures one group. */
export function measure(name: GroupName, bench: Bench): Promise<Row[]> {
  return GROUPS[name](bench);
}
