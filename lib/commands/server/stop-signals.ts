/**
 * Calls `stop` once when this process is asked to end: SIGTERM, SIGINT, SIGHUP, or the parent that started
 * us over IPC is gone (a killed parent cannot send a signal). A second signal ends the process at once.
 */
export function onStopRequest(stop: () => Promise<void>): void {
  let isStopping = false;
  const request = (exitCodeIfForced: number) => {
    if (isStopping) process.exit(exitCodeIfForced);
    isStopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error("Stopping failed:", error);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => request(143));
  process.on("SIGINT", () => request(130));
  process.on("SIGHUP", () => request(129));
  process.once("disconnect", () => {
    if (!isStopping) request(1);
  });
}
