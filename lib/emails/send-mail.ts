import { createTransport, type Transporter } from "nodemailer";
import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";

/** An email as text and HTML. */
export interface Mail {
  to: string | string[];
  subject: string;
  text: string;
  html: string;
  /** Generated when it is left out. */
  messageId?: string;
}

/** nodemailer's defaults are minutes, and somebody is waiting on the sign-in page. */
const SMTP_TIMEOUTS = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 10_000,
  dnsTimeout: 10_000,
};

const shared = globalThis as typeof globalThis & { brimMailer?: Transporter };

/**
 * Sends an email.
 *
 * @throws ServiceUnavailableError SMTP_URL is not set, or the mail server did not accept the email
 */
export async function sendMail(mail: Mail): Promise<void> {
  const { SMTP_URL, MAIL_FROM } = env();
  if (!SMTP_URL) throw new ServiceUnavailableError("Email is not configured on this server.");
  shared.brimMailer ??= createTransport({ url: SMTP_URL, ...SMTP_TIMEOUTS });
  try {
    await shared.brimMailer.sendMail({ from: MAIL_FROM, ...mail });
  } catch (cause) {
    throw new ServiceUnavailableError("The email could not be sent. Please try again.", { cause });
  }
}
