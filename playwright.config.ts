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
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    trace: "retain-on-failure",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      // Chromium refuses its sandbox to root, which is who runs in most containers.
      args: ["--disable-background-networking", ...(isRoot ? ["--no-sandbox"] : [])],
    },
  },
});
