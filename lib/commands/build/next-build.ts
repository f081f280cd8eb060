import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

/** `next build` failed; `output` is what it printed. */
export class NextBuildError extends Error {
  constructor(readonly output: string) {
    super(`next build failed:\n${output.trim()}`);
  }
}

/** Runs `next build`. It reads no secret: the environment is only checked when the server starts. */
export async function buildNext(
  root: string,
  options: { isQuiet?: boolean; signal?: AbortSignal },
): Promise<void> {
  const next = createRequire(join(root, "package.json")).resolve("next/dist/bin/next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    signal: options.signal,
    stdio: options.isQuiet ? ["ignore", "pipe", "pipe"] : "inherit",
  });
  const stop = () => child.kill("SIGTERM");
  process.once("exit", stop);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  process.off("exit", stop);
  if (code !== 0) throw new NextBuildError(output);
}
