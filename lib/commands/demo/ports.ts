import { createServer } from "node:net";
import { DemoError, type DemoSettings } from "./settings";

/**
 * Looks before a minute is spent on the build. The parts look again when they listen.
 *
 * @throws DemoError a port is taken
 */
export async function assertPortsAreFree({ port, sandboxPort }: DemoSettings): Promise<void> {
  for (const [name, wanted] of [
    ["PORT", port],
    ["SANDBOX_PORT", sandboxPort],
  ] as const) {
    for (const address of ["127.0.0.1", "::1"]) {
      if (await isTaken(wanted, address)) {
        throw new DemoError(`Port ${wanted} is taken by another program. Set ${name} to a free one.`);
      }
    }
  }
}

function isTaken(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    probe.listen(port, address, () => probe.close(() => resolve(false)));
  });
}
