import { readOperator } from "./operator";
import { sendMail } from "./send-mail";

/**
 * Emails a sign-in link, which works once, within 24 hours.
 *
 * @throws ServiceUnavailableError the email could not be sent
 */
export async function sendSignInLink({ to, url }: { to: string; url: string }): Promise<void> {
  // React and the email components are loaded when the first email is written, not when the server starts.
  const { renderSignInLink } = await import("./templates/render");
  const content = await renderSignInLink({ url, operator: readOperator() });
  await sendMail({ to, ...content });
}
