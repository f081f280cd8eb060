import { createHash } from "node:crypto";
import { clientAddress } from "../limits/client-address";
import { countRequest, RateLimitedError } from "../limits/rate-limits";
import { normalizeAddress } from "./address";
import { tooManyAttempts } from "./limit-sign-in";

/** What the sign-in page says when an address was sent too many links, or somebody asked for too many. */
export const TOO_MANY_MAILS = "TooManyMails";

/**
 * Counts a sign-in e-mail against whoever asks for it and against its recipient, whether the address is known or not.
 *
 * @returns null while it may be sent; the answer when there were too many
 */
export async function limitSignInMail(request: Request, typed: string): Promise<Response | null> {
  try {
    await countRequest("mail_sender", clientAddress(request.headers));
    await countRequest("mail_recipient", mailboxOf(normalizeAddress(typed)));
    return null;
  } catch (error) {
    if (error instanceof RateLimitedError) return tooManyAttempts(request, error, TOO_MANY_MAILS);
    return null; // no address: next-auth refuses it
  }
}

/** Names a mailbox without telling its address. What follows a "+" is the same mailbox at most providers. */
function mailboxOf(address: string): string {
  const [local = "", domain = ""] = address.split("@");
  const mailbox = `${local.split("+")[0]}@${domain}`;
  return createHash("sha256").update(mailbox).digest("base64url");
}
