import { control, demo } from "./demo";

/** Holds back the sandbox's events until `restoreSandbox`. */
export async function holdEvents(): Promise<void> {
  await control("/deliveries/mode", { mode: "hold" });
}

/** Breaks every matching connection to the sandbox's API until `restoreSandbox`. */
export async function breakConnections(match: { method?: string; path: string }): Promise<void> {
  await control("/faults", { match, reset: true, times: 1_000_000 });
}

/** Ends every simulated outage and delivers held events. Also runs after each test. */
export async function restoreSandbox(): Promise<void> {
  await fetch(`${demo().sandboxUrl}/_control/faults`, { method: "DELETE" });
  await control("/deliveries/mode", { mode: "deliver" });
}
