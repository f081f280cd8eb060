import { defineConfig, devices } from "@playwright/test";
import { installedChromium } from "./tests/support/chromium";

const executablePath = installedChromium();
const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "tests/e2e",
  globalSetup: "./tests/e2e/support/start-brim.ts",
  outputDir: "test-results",
  workers: 2, // each has its own Brim
  retries: 0, // a test that passes on retry hides a bug
  forbidOnly: Boolean(process.env.CI),
  // Only for tests that hang: a busy machine may be slow.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    // Tracing doubles the cost of a test, even if the trace is discarded. To record one: npx playwright test --trace on FILE
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      // Chromium's sandbox does not run as root, the usual user in containers.
      args: ["--disable-background-networking", ...(isRoot ? ["--no-sandbox"] : [])],
    },
  },
});
