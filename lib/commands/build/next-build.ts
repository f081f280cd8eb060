import { createRequire } from "node:module";
import { join } from "node:path";
import { execaNode } from "execa";

/** `next build` failed. `output` is what it printed, if that was not shown already. */
export class NextBuildError extends Error {
  constructor(readonly output: string) {
    super(`next build failed:\n${output.trim()}`);
  }
}

/** Runs `next build`. It needs no secrets: the environment is checked only when the server starts. */
export async function buildNext(
  root: string,
  { isQuiet = false, signal }: { isQuiet?: boolean; signal?: AbortSignal },
): Promise<void> {
  const next = createRequire(join(root, "package.json")).resolve("next/dist/bin/next");
  const { failed, all } = await execaNode(next, ["build"], {
    cwd: root,
    env: { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    nodeOptions: [],
    ipc: false,
    stdin: "ignore",
    stdout: isQuiet ? "pipe" : "inherit",
    stderr: isQuiet ? "pipe" : "inherit",
    all: true,
    reject: false,
    ...(signal && { cancelSignal: signal }),
  });
  if (failed) throw new NextBuildError(all ?? "");
}
