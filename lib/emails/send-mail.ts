import { createTransport, type Transporter } from "nodemailer";
import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import type { Mail } from "./mail";
import { isOutboxEnabled, storeInOutbox } from "./outbox";

/** nodemailer's defaults are minutes, and somebody is waiting on the sign-in page. */
const SMTP_TIMEOUTS = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 10_000,
  dnsTimeout: 10_000,
};

/** Keeps out-of-office replies away. */
const HEADERS = { "Auto-Submitted": "auto-generated" };

const shared = globalThis as typeof globalThis & { brimMailer?: Transporter };

/** The mail server works, but does not accept an email to this address. */
export class MailRefusedError extends ServiceUnavailableError {}

/** Whether emails can be sent: there is a mail server, or the demo's outbox. */
export function isMailEnabled(): boolean {
  return env().SMTP_URL !== undefined || isOutboxEnabled();
}

/**
 * Sends an email. The demo stores it in its outbox instead.
 *
 * @throws MailRefusedError the mail server refused the recipient
 * @throws ServiceUnavailableError SMTP_URL is not set, or the mail server did not accept the email
 */
export async function sendMail(mail: Mail): Promise<void> {
  if (isOutboxEnabled()) return storeInOutbox(mail);
  const { SMTP_URL, MAIL_FROM } = env();
  if (!SMTP_URL) throw new ServiceUnavailableError("Email is not configured on this server.");
  shared.brimMailer ??= createTransport({ url: SMTP_URL, ...SMTP_TIMEOUTS });
  try {
    await shared.brimMailer.sendMail({ from: MAIL_FROM, headers: HEADERS, ...mail });
  } catch (cause) {
    const Failure = isRefusal(cause) ? MailRefusedError : ServiceUnavailableError;
    throw new Failure("The email could not be sent. Please try again.", { cause });
  }
}

/** nodemailer's code for an envelope that the server refused. The sender's part of it is the same for each email. */
function isRefusal(error: unknown): boolean {
  const { code, command } = error as { code?: string; command?: string };
  return code === "EENVELOPE" && command === "RCPT TO";
}
