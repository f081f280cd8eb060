export type { SandboxLog } from "./log";
export { type Sandbox, type SandboxOptions, startSandbox } from "./start-sandbox";
export type { ConfiguredEndpoint } from "./webhooks/configured-endpoint";
export { DEFAULT_RETRY_SCHEDULE_MS } from "./webhooks/delivery-loop";
