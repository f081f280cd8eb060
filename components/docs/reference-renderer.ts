import type { createApiReference } from "@scalar/api-reference";
import { preloadModule } from "react-dom";

/** Where the build puts what browsers load of Scalar; see `lib/commands/build/reference-renderer.ts`. */
const ADDRESS = "/api-reference/standalone.esm.js";

/** Lets the browser fetch Scalar while it still reads the page. */
export function preloadRenderer(): void {
  preloadModule(ADDRESS, { as: "script" });
}

/** Loads Scalar as its makers built it. To put it through our own build would take minutes, and give the same. */
export function loadRenderer(): Promise<{ createApiReference: typeof createApiReference }> {
  return import(/* turbopackIgnore: true */ ADDRESS);
}
