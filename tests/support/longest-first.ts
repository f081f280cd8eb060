import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest. Started last, each would keep one worker busy while the others have nothing left to do. */
const LONGEST = [
  "tests/integration/http/refusal-matrix.test.ts",
  "tests/integration/money-back/histories.test.ts",
  "tests/integration/http/client.test.ts",
  "tests/integration/money-back/event-table.test.ts",
  "tests/integration/http/spending-outage.test.ts",
  "tests/integration/commands/reconcile.test.ts",
  "tests/integration/commands/key.test.ts",
  "tests/integration/auto-top-up/faults.test.ts",
  "tests/integration/docs/python-samples.test.ts",
];

/** Starts the files that take longest first; then the largest, as vitest does without results of an earlier run. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rest = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((file) => moduleId.endsWith(file));
      return at === -1 ? LONGEST.length : at;
    };
    return rest.toSorted((a, b) => rank(a) - rank(b));
  }
}
