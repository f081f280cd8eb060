import { defineConfig, devices } from "@playwright/test";
import { installedChromium } from "./tests/support/chromium";

const executablePath = installedChromium();
const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "tests/e2e",
  globalSetup: "./tests/e2e/support/start-brim.ts",
  outputDir: "test-results",
  workers: 2, // each has a Brim of its own; while one page waits, the other works
  retries: 0, // a test that passes at the second try hides a fault
  forbidOnly: Boolean(process.env.CI),
  // Against hanging only: a machine that is busy with other work is slow, and that is no failure.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    // A trace doubles what a test costs, also when it is thrown away: `npx playwright test --trace on FILE` writes one.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      // Chromium refuses its sandbox to root, which is who runs in most containers.
      args: ["--disable-background-networking", ...(isRoot ? ["--no-sandbox"] : [])],
    },
  },
});
