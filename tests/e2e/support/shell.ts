import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { demoFile } from "./demo";

/** An interactive shell in Brim's folder, next to the demo that the tests use. */
export interface Shell {
  /** Runs some lines and returns their output. */
  type(lines: string): Promise<string>;
  close(): void;
}

/** Opens a shell with no settings except the demo's data folder. */
export function openShell(): Shell {
  const { DATABASE_URL: _, ...environment } = process.env;
  const child = spawn("bash", ["--noprofile", "--norc"], {
    env: { ...environment, BRIM_DATA_DIR: dirname(demoFile()) },
  });
  return { type: (lines) => typeInto(child, lines), close: () => child.stdin.end() };
}

function typeInto(child: ChildProcessWithoutNullStreams, lines: string): Promise<string> {
  const marker = `done-${randomUUID()}`;
  let output = "";
  let errors = "";
  return new Promise((resolve, reject) => {
    const onOutput = (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes(marker)) return;
      stopListening();
      resolve(output.slice(0, output.indexOf(marker)).trim());
    };
    const onErrors = (chunk: Buffer) => {
      errors += chunk.toString();
    };
    const onEnd = (code: number | null) => {
      stopListening();
      reject(new Error(`The shell exited with code ${code}:\n${errors}`));
    };
    function stopListening(): void {
      child.stdout.off("data", onOutput);
      child.stderr.off("data", onErrors);
      child.off("exit", onEnd);
    }
    child.stdout.on("data", onOutput);
    child.stderr.on("data", onErrors);
    child.on("exit", onEnd);
    child.stdin.write(`${lines}\necho "${marker}"\n`);
  });
}
