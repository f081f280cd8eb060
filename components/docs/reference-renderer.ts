import type { createApiReference } from "@scalar/api-reference";
import { preloadModule } from "react-dom";

/** Where the build copies Scalar's browser module; see `lib/commands/build/reference-renderer.ts`. */
const MODULE_URL = "/api-reference/standalone.esm.js";

/** Tells the browser to fetch Scalar while it parses the page. */
export function preloadRenderer(): void {
  preloadModule(MODULE_URL, { as: "script" });
}

/** Loads Scalar's prebuilt module. Bundling it ourselves would take minutes and give the same result. */
export function loadRenderer(): Promise<{ createApiReference: typeof createApiReference }> {
  return import(/* turbopackIgnore: true */ MODULE_URL);
}
