import { resolve } from "node:path";
import { NextBuildError } from "./build/next-build";
import { buildForProduction } from "./build/production-build";

try {
  await buildForProduction(resolve(import.meta.dirname, "../.."));
} catch (error) {
  // Next has already printed its own reasons.
  const reason = error instanceof Error ? error.message : String(error);
  console.error(error instanceof NextBuildError ? "next build failed." : reason);
  process.exit(1);
}
