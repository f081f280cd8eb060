import { createTransport, type Transporter } from "nodemailer";
import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";

/** A letter in both forms: some people and most tests read the plain one. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** Its own limits are minutes, and somebody waits on the sign-in page. */
const SMTP_TIMEOUTS = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 10_000,
  dnsTimeout: 10_000,
};

const shared = globalThis as typeof globalThis & { brimMailer?: Transporter };

/**
 * Hands one letter to the mail server.
 *
 * @throws ServiceUnavailableError no mail server is set, or it did not take the letter
 */
export async function sendMail(mail: Mail): Promise<void> {
  const { SMTP_URL, MAIL_FROM } = env();
  if (!SMTP_URL) throw new ServiceUnavailableError("This installation cannot send e-mail.");
  shared.brimMailer ??= createTransport({ url: SMTP_URL, ...SMTP_TIMEOUTS });
  try {
    await shared.brimMailer.sendMail({ from: MAIL_FROM, ...mail });
  } catch (cause) {
    throw new ServiceUnavailableError("The e-mail could not be sent.", { cause });
  }
}
