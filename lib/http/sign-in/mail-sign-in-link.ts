import { isKnownAddress } from "@/lib/customers";
import { sendSignInLink } from "@/lib/emails";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";

/**
 * Mails a sign-in link, while sign-up is closed only to an address that has access. The answer to the request waits for
 * none of it: neither its time nor a failing mail server may tell which addresses have access.
 */
export function mailSignInLink(mail: { to: string; url: string }): void {
  mailIfKnown(mail).catch((error: unknown) =>
    log().error({ err: error }, "a sign-in link could not be mailed"),
  );
}

async function mailIfKnown(mail: { to: string; url: string }): Promise<void> {
  if (env().SIGNUP === "closed" && !(await isKnownAddress(mail.to))) return;
  await sendSignInLink(mail);
}
