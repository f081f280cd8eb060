import { cpSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Copies the browser code of Scalar, which renders the API reference, from its package to `public/api-reference`. */
export function copyReferenceRenderer(root: string): void {
  const entry = createRequire(join(root, "package.json")).resolve("@scalar/api-reference");
  const from = join(dirname(entry), "browser");
  const to = join(root, "public/api-reference");
  rmSync(to, { recursive: true, force: true });
  cpSync(join(from, "standalone.esm.js"), join(to, "standalone.esm.js"));
  const parts = readdirSync(join(from, "chunks")).filter((file) => file.endsWith(".js"));
  for (const part of parts) cpSync(join(from, "chunks", part), join(to, "chunks", part));
}
