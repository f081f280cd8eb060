import { parseArgs } from "node:util";
import { GROUP_NAMES, type GroupName } from "./groups";

/** Command-line options of `npm run bench`. */
export interface BenchOptions {
  /** Only checks that everything runs. */
  isQuick: boolean;
  /** Whether a missed target exits with code 1. */
  isStrict: boolean;
  groups: readonly GroupName[];
  /** Folder that keeps the large ledger for the next run. */
  keptFolder: string | null;
}

export const USAGE = `npm run bench -- [--quick] [--strict] [--only ${GROUP_NAMES.join("|")}]… [--data FOLDER]`;

/** @throws Error unknown option */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      data: { type: "string" },
    },
  });
  return {
    isQuick: values.quick,
    isStrict: values.strict,
    groups: values.only.length > 0 ? values.only.map(groupNamed) : GROUP_NAMES,
    keptFolder: values.data ?? null,
  };
}

function groupNamed(name: string): GroupName {
  const found = GROUP_NAMES.find((known) => known === name);
  if (!found) throw new Error(`There is no group "${name}": ${GROUP_NAMES.join(", ")}.`);
  return found;
}
