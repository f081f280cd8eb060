/** What the sandbox needs of a logger; pino fits. */
export interface SandboxLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: SandboxLog = { info() {}, warn() {}, error() {} };
