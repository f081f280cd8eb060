import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { countPlaywright, countVitest } from "../../support/test-reports";

describe("countVitest", () => {
  it("counts tests by result, and tests that did not run as skipped", () => {
    const counts = countVitest({
      testResults: [
        {
          name: "/a.test.ts",
          status: "failed",
          assertionResults: [
            { fullName: "adds", status: "passed", duration: 12 },
            { fullName: "divides", status: "failed" },
            { fullName: "waits", status: "skipped" },
            { fullName: "plans", status: "todo" },
          ],
        },
      ],
    });

    expect(counts).toMatchObject({ passed: 1, failed: ["divides"], skipped: ["waits", "plans"] });
    expect(counts.timed).toContainEqual({ name: expect.stringMatching(/a\.test\.ts > adds$/), ms: 12 });
  });

  it("counts a file that failed to load as one failure", () => {
    const name = resolve("tests/unit/broken.test.ts");

    const counts = countVitest({ testResults: [{ name, status: "failed", assertionResults: [] }] });

    expect(counts.failed).toEqual(["tests/unit/broken.test.ts"]);
  });
});

describe("countPlaywright", () => {
  it("counts tests of nested suites, and flaky tests as failed", () => {
    const specs = [
      { title: "pays", tests: [{ status: "expected", results: [{ duration: 5 }, { duration: 7 }] }] },
      { title: "refuses", tests: [{ status: "unexpected", results: [{ duration: 5 }, { duration: 7 }] }] },
      { title: "sometimes pays", tests: [{ status: "flaky", results: [{ duration: 5 }, { duration: 7 }] }] },
      { title: "later", tests: [{ status: "skipped", results: [{ duration: 5 }, { duration: 7 }] }] },
    ];

    const counts = countPlaywright({
      suites: [{ title: "a.spec.ts", specs: [], suites: [{ title: "checkout", specs }] }],
      errors: [],
    });

    expect(counts.passed).toBe(1);
    expect(counts.timed).toContainEqual({ name: "a.spec.ts checkout pays", ms: 12 });
    expect(counts.failed).toEqual(["a.spec.ts checkout refuses", "a.spec.ts checkout sometimes pays"]);
    expect(counts.skipped).toEqual(["a.spec.ts checkout later"]);
  });

  it("counts an error outside the tests, such as a failed setup", () => {
    const counts = countPlaywright({
      suites: [],
      errors: [{ message: "Error: Brim did not start\n    at setup" }],
    });

    expect(counts.failed).toEqual(["Error: Brim did not start"]);
  });
});
