import { relative } from "node:path";
import { z } from "zod";

/** Test results of a runner. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: string[];
  readonly skipped: string[];
  readonly timed: TimedTest[];
}

/** Duration of one test without its hooks. */
export interface TimedTest {
  readonly name: string;
  readonly ms: number;
}

const vitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), duration: z.number().nullish() }),
      ),
    }),
  ),
});

/** Counts the tests in a report of vitest's JSON reporter. */
export function countVitest(report: unknown): TestCounts {
  const files = vitestReport.parse(report).testResults;
  const tests = files.flatMap((file) => file.assertionResults);
  // A file that failed to load is reported as failed, without any tests.
  const broken = files.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );

  return {
    passed: tests.filter(({ status }) => status === "passed").length,
    failed: [
      ...tests.filter(({ status }) => status === "failed").map(({ fullName }) => fullName),
      ...broken.map(({ name }) => relative(process.cwd(), name)),
    ],
    skipped: tests
      .filter(({ status }) => status !== "passed" && status !== "failed")
      .map(({ fullName }) => fullName),
    timed: files.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, duration }) => ({
        name: `${relative(process.cwd(), name)} > ${fullName}`,
        ms: duration ?? 0,
      })),
    ),
  };
}

interface PlaywrightSuite {
  title: string;
  specs: { title: string; tests: { status: string; results: { duration: number }[] }[] }[];
  suites?: PlaywrightSuite[] | undefined;
}

const playwrightSuite: z.ZodType<PlaywrightSuite> = z.lazy(() =>
  z.object({
    title: z.string(),
    specs: z.array(
      z.object({
        title: z.string(),
        tests: z.array(
          z.object({ status: z.string(), results: z.array(z.object({ duration: z.number() })) }),
        ),
      }),
    ),
    suites: z.array(playwrightSuite).optional(),
  }),
);

const playwrightReport = z.object({
  suites: z.array(playwrightSuite),
  errors: z.array(z.object({ message: z.string().optional() })),
});

/** Counts the tests in a report of Playwright's JSON reporter. Flaky tests count as failed. */
export function countPlaywright(report: unknown): TestCounts {
  const { suites, errors } = playwrightReport.parse(report);
  const tests = suites.flatMap((suite) => namedTests(suite, ""));

  return {
    passed: tests.filter(({ status }) => status === "expected").length,
    failed: [
      ...tests.filter(({ status }) => status !== "expected" && status !== "skipped").map(({ name }) => name),
      ...errors.map(({ message }) => message?.split("\n")[0] ?? "an error outside any test"),
    ],
    skipped: tests.filter(({ status }) => status === "skipped").map(({ name }) => name),
    timed: tests.map(({ name, ms }) => ({ name, ms })),
  };
}

function namedTests(suite: PlaywrightSuite, prefix: string): { name: string; status: string; ms: number }[] {
  const path = `${prefix}${suite.title} `;
  return [
    ...suite.specs.flatMap(({ title, tests }) =>
      tests.map(({ status, results }) => ({
        name: `${path}${title}`,
        status,
        ms: results.reduce((sum, { duration }) => sum + duration, 0),
      })),
    ),
    ...(suite.suites ?? []).flatMap((inner) => namedTests(inner, path)),
  ];
}
