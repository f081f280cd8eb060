import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { countPlaywright, countVitest } from "../../support/test-reports";

describe("counting vitest's report", () => {
  it("counts tests by their end, and what did not run as skipped", () => {
    const counts = countVitest({
      testResults: [
        {
          name: "/a.test.ts",
          status: "failed",
          assertionResults: [
            { fullName: "adds", status: "passed" },
            { fullName: "divides", status: "failed" },
            { fullName: "waits", status: "skipped" },
            { fullName: "plans", status: "todo" },
          ],
        },
      ],
    });

    expect(counts).toEqual({ passed: 1, failed: ["divides"], skipped: ["waits", "plans"] });
  });

  it("counts a file that could not be loaded as one failure", () => {
    const name = resolve("tests/unit/broken.test.ts");

    const counts = countVitest({ testResults: [{ name, status: "failed", assertionResults: [] }] });

    expect(counts.failed).toEqual(["tests/unit/broken.test.ts"]);
  });
});

describe("counting Playwright's report", () => {
  it("counts the tests of nested suites; a flaky one has failed", () => {
    const specs = [
      { title: "pays", tests: [{ status: "expected" }] },
      { title: "refuses", tests: [{ status: "unexpected" }] },
      { title: "sometimes pays", tests: [{ status: "flaky" }] },
      { title: "later", tests: [{ status: "skipped" }] },
    ];

    const counts = countPlaywright({
      suites: [{ title: "a.spec.ts", specs: [], suites: [{ title: "checkout", specs }] }],
      errors: [],
    });

    expect(counts.passed).toBe(1);
    expect(counts.failed).toEqual(["a.spec.ts checkout refuses", "a.spec.ts checkout sometimes pays"]);
    expect(counts.skipped).toEqual(["a.spec.ts checkout later"]);
  });

  it("counts an error outside the tests, such as a setup that failed", () => {
    const counts = countPlaywright({
      suites: [],
      errors: [{ message: "Error: Brim did not start\n    at setup" }],
    });

    expect(counts.failed).toEqual(["Error: Brim did not start"]);
  });
});
