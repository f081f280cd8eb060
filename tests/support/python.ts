import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * Returns what the Python samples need and this machine lacks, with how to install it, or undefined.
 *
 * Brim itself does not need Python. Without it, `npm test` skips these tests with a notice; in CI it fails.
 */
export function missingPython(): string | undefined {
  const { error, status } = spawnSync("python3", ["-c", "import requests"], { stdio: "ignore" });
  if (!error && status === 0) return undefined;
  const what = error ? "python3" : "requests for python3";
  return `${what} is missing; on Debian: apt-get install python3 python3-requests`;
}

/** A Python process. A snippet can use what earlier snippets defined. */
export interface Python {
  /**
   * Runs a snippet.
   *
   * @returns its output
   * @throws Error the snippet raised an exception; the message is Python's
   */
  run(source: string, options?: { environment?: Record<string, string>; isNew?: boolean }): Promise<string>;
  close(): void;
}

/** Runs each snippet like a file, and reports its output or exception. */
const RUNNER = `
import contextlib, io, json, os, sys, traceback

known = {}
for line in sys.stdin:
    piece = json.loads(line)
    if piece["isNew"]:
        known = {"__name__": "__main__"}
    os.environ.update(piece["environment"])
    printed, raised = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(piece["source"], "sample.py", "exec"), known)
        except Exception:
            raised = traceback.format_exc()
    print(json.dumps({"printed": printed.getvalue(), "raised": raised}), flush=True)
`;

/** Starts a Python process. */
export function openPython(): Python {
  const child = spawn("python3", ["-c", RUNNER], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async run(source, { environment = {}, isNew = false } = {}) {
      child.stdin.write(`${JSON.stringify({ source, environment, isNew })}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error("Python exited.");
      const { printed, raised } = JSON.parse(value) as { printed: string; raised: string | null };
      if (raised !== null) throw new Error(`${raised}\nof\n${source}`);
      return printed.trim();
    },
    close: () => child.stdin.end(),
  };
}
