import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findSlowPatterns } from "./backtracking";

// Rejects regular expressions that can backtrack, so that one request with a long text cannot block all others.

const FOLDERS = ["app", "components", "lib", "packages"];

let found = 0;
for (const folder of FOLDERS) {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(name) || /^[^/]+\/(tests|dist|node_modules)\//.test(name)) continue;
    const path = join(folder, name);
    for (const { line, pattern, reason } of findSlowPatterns(path, readFileSync(path, "utf8"))) {
      console.error(`${path}:${line} ${pattern}\n  can take superlinear time: ${reason}.`);
      found++;
    }
  }
}
if (found > 0) process.exitCode = 1;
