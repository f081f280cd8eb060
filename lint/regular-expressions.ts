import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findSlowPatterns } from "./backtracking";

// Refuses regular expressions that can backtrack: one request with a long text must not stop all the others.

/** What runs in the server, in a browser, or in the sandbox. */
const FOLDERS = ["app", "components", "lib"];

let found = 0;
for (const folder of FOLDERS) {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(name)) continue;
    const path = join(folder, name);
    for (const { line, pattern, why } of findSlowPatterns(path, readFileSync(path, "utf8"))) {
      console.error(`${path}:${line} ${pattern}\n  can take much longer than its text is long: ${why}.`);
      found++;
    }
  }
}
if (found > 0) process.exitCode = 1;
