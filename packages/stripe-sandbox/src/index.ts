export type { SandboxLog } from "./log";
export { type Sandbox, type SandboxOptions, startSandbox } from "./start-sandbox";
export { DEFAULT_RETRY_SCHEDULE_MS } from "./webhooks/delivery-loop";
export type { ConfiguredEndpoint } from "./webhooks/endpoint-setting";
