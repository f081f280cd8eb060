import { fileURLToPath } from "node:url";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";
import { depth } from "./tests/support/depth";
import { LongestFirst } from "./tests/support/longest-first";

const projectRoot = fileURLToPath(new URL(".", import.meta.url));

const withoutTimeLimits = {
  // A time limit would fail on a busy machine. The runner fails tests whose processes are idle.
  runner: "tests/support/stall-runner.ts",
  testTimeout: 0,
  hookTimeout: 600_000, // for hooks that hang, which the runner does not see
  expect: { poll: { timeout: 60_000, interval: 20 } },
} as const;

const integration = {
  ...withoutTimeLimits,
  environment: "node",
  // Processes instead of threads, so that each has its own pool and globalThis, as in production.
  pool: "forks",
  maxWorkers: 4, // two more than CI has cores, because tests of timeouts and outages mostly wait
  isolate: false, // a process runs many files; shared state is reset before each
  setupFiles: "tests/support/reset-between-files.ts",
  sequence: { groupOrder: 1 }, // after the unit tests, which may use every core
  globalSetup: "tests/support/postgres-server.ts",
} as const;

/** Runs the API tests again through the adapter that the `route.ts` files use. */
const integrationRoutes = {
  extends: true as const,
  test: {
    ...integration,
    name: "integration-routes",
    include: ["tests/integration/http/**/*.test.ts"],
    // The first two already use both adapters, and the last one tests the client.
    exclude: ["tests/integration/http/{refusal-matrix,fuzz,client}.test.ts"],
    env: { BRIM_TEST_ADAPTER: "next" },
  },
};

export default defineConfig({
  resolve: { alias: { "@": projectRoot.replace(/\/$/, "") } },
  // Our own packages are tested from their sources, not from what `npm pack` makes of them.
  ssr: { resolve: { conditions: ["source", ...defaultServerConditions] } },
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          ...withoutTimeLimits,
          name: "unit",
          include: ["tests/unit/**/*.test.ts", "packages/*/tests/unit/**/*.test.ts"],
          environment: "node",
          pool: "threads",
          isolate: false, // load packages once per thread
          setupFiles: "tests/support/reset-between-files.ts",
        },
      },
      {
        extends: true,
        test: {
          ...integration,
          name: "integration",
          include: ["tests/integration/**/*.test.ts", "packages/*/tests/integration/**/*.test.ts"],
          // Slow tests of guarantees that other tests cover more cheaply.
          exclude: depth() === "deep" ? [] : ["**/*.deep.test.ts"],
        },
      },
      ...(depth() === "deep" ? [integrationRoutes] : []),
    ],
  },
});
