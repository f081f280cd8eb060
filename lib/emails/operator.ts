import { env } from "@/lib/platform/env";

/** Who runs this server, as emails show it. */
export interface Operator {
  /** Origin of Brim, without a slash at the end. */
  appUrl: string;
  /** The name in MAIL_FROM, or Brim's. */
  name: string;
  /** Company and postal address. */
  address: string | null;
  supportUrl: string | null;
}

/** Reads the operator from the settings. */
export function readOperator(): Operator {
  const { APP_URL, MAIL_FROM, OPERATOR_ADDRESS, SUPPORT_URL } = env();
  return {
    appUrl: APP_URL,
    name: nameOf(MAIL_FROM ?? "") ?? "Brim",
    address: OPERATOR_ADDRESS ?? null,
    supportUrl: SUPPORT_URL ?? null,
  };
}

/** Returns the name in a sender such as `"Acme, Inc." <billing@example.com>`. */
function nameOf(sender: string): string | null {
  const name = /^([^<>]*)<[^<>]*>$/.exec(sender.trim())?.[1]?.trim() ?? "";
  return name.replace(/^"(.*)"$/, "$1") || null;
}
