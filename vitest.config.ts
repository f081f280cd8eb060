import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { depth } from "./tests/support/depth";

const projectRoot = fileURLToPath(new URL(".", import.meta.url));

const withoutTimeLimits = {
  // A limit in seconds fails on a busy machine. The runner fails a test whose processes have stopped doing anything.
  runner: "tests/support/stall-runner.ts",
  testTimeout: 0,
  hookTimeout: 600_000, // only against a hook that hangs: the runner does not see hooks
  expect: { poll: { timeout: 60_000, interval: 20 } },
} as const;

const integration = {
  ...withoutTimeLimits,
  environment: "node",
  // Processes, not threads: each has its own pool and its own globalThis, as in production.
  pool: "forks",
  maxWorkers: 4, // two more than the two cores that CI has: the tests of deadlines and outages wait most of their time
  isolate: false, // a process serves many files; what they could share is put back before each
  setupFiles: "tests/support/fresh-file.ts",
  sequence: { groupOrder: 1 }, // after the unit tests, which may use every core
  globalSetup: "tests/support/postgres-server.ts",
} as const;

/** The tests of the API once more, through the adapter that the `route.ts` files use. */
const integrationRoutes = {
  extends: true as const,
  test: {
    ...integration,
    name: "integration-routes",
    include: ["tests/integration/http/**/*.test.ts"],
    // The first two use both adapters anyway, and the last one is about the client.
    exclude: ["tests/integration/http/{refusal-matrix,fuzz,client}.test.ts"],
    env: { BRIM_TEST_DOOR: "route" },
  },
};

export default defineConfig({
  resolve: { alias: { "@": projectRoot.replace(/\/$/, "") } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...withoutTimeLimits,
          name: "unit",
          include: ["tests/unit/**/*.test.ts"],
          environment: "node",
          pool: "threads",
          isolate: false, // packages are loaded once in a thread
          setupFiles: "tests/support/fresh-file.ts",
        },
      },
      {
        extends: true,
        test: {
          ...integration,
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          // What takes long and is proven in a cheaper way by other tests.
          exclude: depth() === "deep" ? [] : ["**/*.deep.test.ts"],
        },
      },
      ...(depth() === "deep" ? [integrationRoutes] : []),
    ],
  },
});
