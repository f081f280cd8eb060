import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The unit tests of the pure rules, for Stryker. */
export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: {
    include: ["tests/unit/money/**/*.test.ts", "tests/unit/{top-ups,reversals,auto-top-up}/**/*.test.ts"],
    environment: "node",
  },
});
