import type { Account, Profile, User } from "next-auth";
import { parseEmail } from "@/lib/platform/email-address";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { isId } from "@/lib/platform/ids";

/** A sign-in, as next-auth's callbacks receive it. */
export interface SignIn {
  user: Pick<User, "id" | "email"> & { emailVerified?: Date | null };
  account: Pick<Account, "provider" | "providerAccountId"> | null;
  profile?: Profile;
}

/**
 * Returns the email address that a sign-in verifies, in lower case; null if it verifies none. Logins and memberships depend
 * on this address, so it must come from the provider now, never from what is stored with the login.
 */
export function verifiedEmailOf({ user, account, profile }: SignIn): string | null {
  switch (account?.provider) {
    case "github": // here `email` is the address that GitHub has verified, see `readGitHubEmail`
      return toLowerCase(profile?.email);
    case "google":
      return (profile as { email_verified?: unknown } | undefined)?.email_verified === true
        ? toLowerCase(profile?.email)
        : null;
    case "email":
      return account.providerAccountId;
    case "credentials":
      return user.email ?? null;
    default:
      return null;
  }
}

/**
 * Whether a user may sign in: only with a verified address. A provider account that was linked to a login before the login's
 * address was verified opens it only together with that address.
 */
export function maySignIn(signIn: SignIn): boolean {
  const { user } = signIn;
  const email = verifiedEmailOf(signIn);
  if (!email) return false;
  const isLinked = isId("user", user.id);
  return !isLinked || user.email === email || Boolean(user.emailVerified);
}

/**
 * Changes ASCII letters only. Other characters can become ASCII letters in lower case (the Kelvin sign becomes "k"), which
 * would make the address somebody else's.
 */
function toLowerCase(email: string | null | undefined): string | null {
  if (!email) return null;
  const lower = email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower === email.toLowerCase() ? lower : null;
}

/**
 * Normalizes an email address that a user typed, by the same rule as the API.
 * @throws Error it is not an email address
 */
export function normalizeTypedEmail(typed: string): string {
  const email = parseEmail(typed.normalize("NFKC"));
  if (email === null) throw new Error("This is not an email address.");
  return email;
}

interface GitHubEmail {
  email: string;
  primary: boolean;
  verified: boolean;
}

/**
 * Reads the user's primary email address from GitHub, if GitHub has verified it. The address on the profile may be
 * unverified.
 *
 * @param api the base URL of GitHub's API
 * @throws ServiceUnavailableError GitHub does not respond
 * @see https://docs.github.com/en/rest/users/emails
 */
export async function readGitHubEmail(api: string, accessToken: string): Promise<string | undefined> {
  const response = await fetch(`${api}/user/emails?per_page=100`, {
    headers: { authorization: `Bearer ${accessToken}`, accept: "application/vnd.github+json" },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new ServiceUnavailableError("GitHub did not return the email addresses.");
  return chooseEmail((await response.json()) as GitHubEmail[]);
}

/** Returns the primary address, if it is verified. */
export function chooseEmail(emails: readonly GitHubEmail[]): string | undefined {
  return emails.find(({ primary, verified }) => primary === true && verified === true)?.email;
}
