import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const projectRoot = fileURLToPath(new URL(".", import.meta.url));

const integration = {
  environment: "node",
  // Processes, not threads: each has its own pool and its own globalThis, as in production.
  pool: "forks",
  maxWorkers: 3, // one more than two cores: while one waits for the database or for a command, two work
  isolate: false, // a process serves many files; what they could share is put back before each
  setupFiles: "tests/support/fresh-file.ts",
  sequence: { groupOrder: 1 }, // after the unit tests, which may use every core
  globalSetup: "tests/support/postgres-server.ts",
  testTimeout: 30_000,
  hookTimeout: 60_000,
} as const;

export default defineConfig({
  resolve: { alias: { "@": projectRoot.replace(/\/$/, "") } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["tests/unit/**/*.test.ts"],
          environment: "node",
          pool: "threads",
          testTimeout: 20_000, // some lint the whole document, or start a shell for each sample
        },
      },
      {
        extends: true,
        test: {
          ...integration,
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
        },
      },
      {
        // The API again, through the door of the `route.ts` files.
        extends: true,
        test: {
          ...integration,
          name: "integration-routes",
          include: ["tests/integration/http/**/*.test.ts"],
          // The first two go through both doors by themselves, and the last one is about the client.
          exclude: ["tests/integration/http/{refusal-matrix,fuzz,client}.test.ts"],
          env: { BRIM_TEST_DOOR: "route" },
        },
      },
    ],
  },
});
