import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

/**
 * Debian's two packages, best first. The headless shell uses the same engine with less than half the CPU time, because it has
 * no windows, extensions or background services.
 */
const DEBIAN_CHROMIUM = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** Returns the installed Chromium: `CHROMIUM_PATH` if set, otherwise Debian's. */
export function installedChromium(): string | undefined {
  return process.env.CHROMIUM_PATH || DEBIAN_CHROMIUM.find((path) => existsSync(path));
}

/**
 * Checks that a browser is installed. If there is none, downloads Playwright's own.
 *
 * @returns what is missing and how to install it, or undefined
 */
export function missingChromium(): string | undefined {
  const installed = installedChromium();
  if (installed) return existsSync(installed) ? undefined : `CHROMIUM_PATH does not exist: ${installed}`;
  if (existsSync(chromium.executablePath())) return undefined;

  spawnSync("npx", ["playwright", "install", "chromium"], {
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 300_000, // some networks drop the download instead of refusing it
  });
  if (existsSync(chromium.executablePath())) return undefined;

  return (
    "No Chromium for the end-to-end tests. On Debian: apt-get install chromium-headless-shell. " +
    "Elsewhere: npx playwright install chromium, or set CHROMIUM_PATH."
  );
}
