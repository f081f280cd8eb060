import { control, demo } from "./demo";

/** Keeps the sandbox's events back until `restoreSandbox`. */
export async function holdEvents(): Promise<void> {
  await control("/deliveries/mode", { mode: "hold" });
}

/** Breaks every connection to the sandbox's API that fits, until `restoreSandbox`. */
export async function breakConnections(match: { method?: string; path: string }): Promise<void> {
  await control("/faults", { match, reset: true, times: 1_000_000 });
}

/** Ends every outage of the sandbox and delivers what it kept back. Runs after each test anyway. */
export async function restoreSandbox(): Promise<void> {
  await fetch(`${demo().sandboxUrl}/_control/faults`, { method: "DELETE" });
  await control("/deliveries/mode", { mode: "deliver" });
}
