import { env } from "@/lib/platform/env";
import { emailHtml, escapeHtml } from "./markup";
import { type Mail, sendMail } from "./send-mail";

/**
 * Emails a sign-in link, which works once, within 24 hours.
 *
 * @throws ServiceUnavailableError the email could not be sent
 */
export function sendSignInLink(input: { to: string; url: string }): Promise<void> {
  return sendMail(signInMail({ ...input, host: new URL(env().APP_URL).host }));
}

export function signInMail({ to, url, host }: { to: string; url: string; host: string }): Mail {
  const title = `Sign in to ${host}`;
  const rest =
    "The link works once and expires after 24 hours. If you did not request it, you can ignore this email.";
  const body = `<p style="margin:0 0 24px">
<a href="${escapeHtml(url)}" style="display:inline-block;padding:12px 24px;border-radius:8px;background:#0b5e5a;color:#ffffff;text-decoration:none;font-weight:600">Sign in</a>
</p>
<p style="margin:0;color:#6b6f73;font-size:14px;line-height:20px">${escapeHtml(rest)}</p>`;
  return {
    to,
    subject: title,
    text: `Sign in to ${host} with this link:\n\n${url}\n\n${rest}\n`,
    html: emailHtml({ title, body }),
  };
}
