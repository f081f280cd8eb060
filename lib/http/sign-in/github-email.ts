import { ServiceUnavailableError } from "@/lib/platform/errors";

interface GitHubEmail {
  email: string;
  primary: boolean;
  verified: boolean;
}

/**
 * Reads the address at which GitHub reaches a user, if GitHub has verified it; the one on the profile says nothing of
 * that.
 *
 * @param api where GitHub's API is
 * @throws ServiceUnavailableError GitHub does not answer
 * @see https://docs.github.com/en/rest/users/emails
 */
export async function readVerifiedEmail(api: string, accessToken: string): Promise<string | undefined> {
  const response = await fetch(`${api}/user/emails?per_page=100`, {
    headers: { authorization: `Bearer ${accessToken}`, accept: "application/vnd.github+json" },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new ServiceUnavailableError("GitHub did not return the e-mail addresses.");
  return chooseEmail((await response.json()) as GitHubEmail[]);
}

/** The primary address, and only if it is verified. */
export function chooseEmail(emails: readonly GitHubEmail[]): string | undefined {
  return emails.find(({ primary, verified }) => primary === true && verified === true)?.email;
}
