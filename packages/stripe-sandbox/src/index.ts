export type { ConfiguredEndpoint, SandboxLog, SandboxOptions } from "./options";
export { type Sandbox, startSandbox } from "./start-sandbox";
