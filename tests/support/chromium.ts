import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

/**
 * Debian's two, best first. The headless shell draws the same pages with the same engine, and needs less than half of the
 * processor time: it lacks the windows, extensions and services of a browser for people.
 */
const DEBIAN_CHROMIUM = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** A Chromium that the machine has already: the one named by `CHROMIUM_PATH`, else Debian's. */
export function installedChromium(): string | undefined {
  return process.env.CHROMIUM_PATH || DEBIAN_CHROMIUM.find((path) => existsSync(path));
}

/**
 * Makes sure that the end-to-end tests have a browser; downloads Playwright's own when there is no other.
 *
 * @returns what is missing and how to get it, in one line; nothing when all is well
 */
export function missingChromium(): string | undefined {
  const installed = installedChromium();
  if (installed) return existsSync(installed) ? undefined : `CHROMIUM_PATH names no file: ${installed}`;
  if (existsSync(chromium.executablePath())) return undefined;

  spawnSync("npx", ["playwright", "install", "chromium"], {
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 300_000, // some networks swallow the download instead of refusing it
  });
  if (existsSync(chromium.executablePath())) return undefined;

  return (
    "No Chromium for the end-to-end tests. On Debian: apt-get install chromium-headless-shell. " +
    "Elsewhere: npx playwright install chromium, or set CHROMIUM_PATH."
  );
}
