import type { Account, AuthOptions, Profile, User } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import EmailProvider from "next-auth/providers/email";
import GitHubProvider from "next-auth/providers/github";
import GoogleProvider from "next-auth/providers/google";
import { findUserByPassword } from "@/lib/auth";
import { sendSignInLink } from "@/lib/emails";
import { parseEmail } from "@/lib/platform/email-address";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { readVerifiedEmail } from "./github-email";

/** Which ways to sign in are switched on, for the page that offers them. */
export interface SignInWays {
  password: boolean;
  email: boolean;
  github: boolean;
  google: boolean;
}

/** The ways to sign in that the settings allow. */
export function signInWays(): SignInWays {
  const { BRIM_DEMO, SMTP_URL, GITHUB_ID, GOOGLE_ID } = env();
  return {
    password: BRIM_DEMO,
    email: SMTP_URL !== undefined,
    github: GITHUB_ID !== undefined,
    google: GOOGLE_ID !== undefined,
  };
}

/** The same for next-auth. */
export function signInProviders(): AuthOptions["providers"] {
  const ways = signInWays();
  return [
    ...(ways.password ? [passwordProvider()] : []),
    ...(ways.email ? [emailProvider()] : []),
    ...(ways.github ? [githubProvider()] : []),
    ...(ways.google ? [googleProvider()] : []),
  ];
}

/** Whether a sign-in proves an e-mail address. Memberships follow the address, so nothing less may pass. */
export function isVerifiedSignIn({ user, account, profile }: SignIn): boolean {
  if (!user.email) return false;
  return (
    account?.provider !== "google" ||
    (profile as { email_verified?: boolean } | undefined)?.email_verified === true
  );
}

interface SignIn {
  user: Pick<User, "email">;
  account: Pick<Account, "provider"> | null;
  profile?: Profile;
}

function passwordProvider() {
  return CredentialsProvider({
    credentials: { email: { type: "email" }, password: { type: "password" } },
    authorize: async (credentials) => {
      const { email = "", password = "" } = credentials ?? {};
      const user = await findUserByPassword(email, password).catch(refuseForNow);
      return user && { id: user.userId, email: user.email, name: user.name };
    },
  });
}

/** next-auth writes the text of an error into the address, so it gets a code in place of what the database said. */
function refuseForNow(error: unknown): never {
  log().error({ err: error }, "a password could not be checked");
  throw new Error("Unavailable");
}

function emailProvider() {
  return EmailProvider({
    maxAge: 24 * 60 * 60,
    normalizeIdentifier: (identifier) => {
      const email = parseEmail(identifier);
      if (email === null) throw new Error("This is not an e-mail address.");
      return email;
    },
    sendVerificationRequest: ({ identifier, url }) => sendSignInLink({ to: identifier, url }),
  });
}

function githubProvider() {
  return GitHubProvider({
    clientId: env().GITHUB_ID ?? "",
    clientSecret: env().GITHUB_SECRET ?? "",
    // Dangerous only where a provider tells addresses that nobody has verified; those do not pass here.
    allowDangerousEmailAccountLinking: true,
    userinfo: {
      url: "https://api.github.com/user",
      request: async ({ client, tokens }) => {
        const profile = await client.userinfo(tokens.access_token ?? "");
        return { ...profile, email: await readVerifiedEmail(tokens.access_token ?? "") };
      },
    },
  });
}

function googleProvider() {
  return GoogleProvider({
    clientId: env().GOOGLE_ID ?? "",
    clientSecret: env().GOOGLE_SECRET ?? "",
    allowDangerousEmailAccountLinking: true, // as above
  });
}
