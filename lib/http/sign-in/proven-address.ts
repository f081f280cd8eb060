import type { Account, Profile, User } from "next-auth";
import { isId } from "@/lib/platform/ids";

/** A sign-in as next-auth's callbacks tell it. */
export interface SignIn {
  user: Pick<User, "id" | "email"> & { emailVerified?: Date | null };
  account: Pick<Account, "provider" | "providerAccountId"> | null;
  profile?: Profile;
}

/**
 * The e-mail address that a sign-in proves, in lower case; null when it proves none. Logins and memberships follow the
 * address, so it must be the provider's word of today, never what is stored of the login.
 */
export function provenAddress({ user, account, profile }: SignIn): string | null {
  switch (account?.provider) {
    case "github": // where `email` is the address that GitHub has verified, see `readVerifiedEmail`
      return lowerCase(profile?.email);
    case "google":
      return (profile as { email_verified?: unknown } | undefined)?.email_verified === true
        ? lowerCase(profile?.email)
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
 * Whether somebody may sign in: only with a proven address. A provider account that was linked to a login before anybody
 * had proved the login's address opens it only together with that address.
 */
export function maySignIn(signIn: SignIn): boolean {
  const { user } = signIn;
  const address = provenAddress(signIn);
  if (!address) return false;
  const isLinked = isId("user", user.id);
  return !isLinked || user.email === address || Boolean(user.emailVerified);
}

/**
 * Only letters of ASCII may change: others become letters of ASCII in lower case, as the Kelvin sign becomes "k", and
 * the address would be somebody else's.
 */
function lowerCase(address: string | null | undefined): string | null {
  if (!address) return null;
  const lower = address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower === address.toLowerCase() ? lower : null;
}
