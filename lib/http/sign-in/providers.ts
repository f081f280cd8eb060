import type { AuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import EmailProvider from "next-auth/providers/email";
import GitHubProvider from "next-auth/providers/github";
import GoogleProvider from "next-auth/providers/google";
import { findUserByPassword } from "@/lib/auth";
import { isKnownAddress } from "@/lib/customers";
import { isMailEnabled, sendSignInLink } from "@/lib/emails";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { normalizeTypedEmail, readGitHubEmail } from "./verified-email";

/** The enabled sign-in methods. */
export interface SignInMethods {
  password: boolean;
  email: boolean;
  github: boolean;
  google: boolean;
}

/** Returns the sign-in methods that the settings enable. */
export function signInMethods(): SignInMethods {
  const { BRIM_DEMO, GITHUB_ID, GOOGLE_ID } = env();
  return {
    password: BRIM_DEMO,
    email: isMailEnabled(),
    github: GITHUB_ID !== undefined,
    google: GOOGLE_ID !== undefined,
  };
}

export function signInProviders(): AuthOptions["providers"] {
  const methods = signInMethods();
  return [
    ...(methods.password ? [passwordProvider()] : []),
    ...(methods.email ? [emailProvider()] : []),
    ...(methods.github ? [githubProvider()] : []),
    ...(methods.google ? [googleProvider()] : []),
  ];
}

function passwordProvider() {
  return CredentialsProvider({
    credentials: { email: { type: "email" }, password: { type: "password" } },
    authorize: async (credentials) => {
      const { email = "", password = "" } = credentials ?? {};
      const user = await findUserByPassword(email, password).catch(rejectAsUnavailable);
      return user && { id: user.userId, email: user.email, name: user.name };
    },
  });
}

/** Replaces the error by a code, because next-auth puts the message into the URL. */
function rejectAsUnavailable(error: unknown): never {
  log().error({ err: error }, "a password could not be checked");
  throw new Error("Unavailable");
}

function emailProvider() {
  return EmailProvider({
    maxAge: 24 * 60 * 60,
    normalizeIdentifier: normalizeTypedEmail,
    sendVerificationRequest: ({ identifier, url }) => mailSignInLink({ to: identifier, url }),
  });
}

/**
 * Sends a sign-in link. While sign-up is closed, only to addresses that have access. Does not wait for the email: neither the
 * response time nor a failing mail server may reveal which addresses have access.
 */
function mailSignInLink(mail: { to: string; url: string }): void {
  mailIfAllowed(mail).catch((error: unknown) =>
    log().error({ err: error }, "a sign-in link could not be sent"),
  );
}

async function mailIfAllowed(mail: { to: string; url: string }): Promise<void> {
  if (env().SIGNUP === "closed" && !(await isKnownAddress(mail.to))) return;
  await sendSignInLink(mail);
}

function githubProvider() {
  const { site, api } = github();
  return GitHubProvider({
    clientId: env().GITHUB_ID ?? "",
    clientSecret: env().GITHUB_SECRET ?? "",
    // Dangerous only with providers that return unverified addresses; `maySignIn` rejects those.
    allowDangerousEmailAccountLinking: true,
    issuer: `${site}/login/oauth`,
    authorization: { url: `${site}/login/oauth/authorize`, params: { scope: "read:user user:email" } },
    token: `${site}/login/oauth/access_token`,
    userinfo: {
      url: `${api}/user`,
      request: async ({ client, tokens }) => {
        const profile = await client.userinfo(tokens.access_token ?? "");
        return { ...profile, email: await readGitHubEmail(api, tokens.access_token ?? "") };
      },
    },
  });
}

function googleProvider() {
  const issuer = env().OAUTH_API_BASE ?? "https://accounts.google.com";
  return GoogleProvider({
    clientId: env().GOOGLE_ID ?? "",
    clientSecret: env().GOOGLE_SECRET ?? "",
    allowDangerousEmailAccountLinking: true, // as above
    wellKnown: `${issuer}/.well-known/openid-configuration`,
  });
}

/** Returns the base URLs of GitHub's site and API. */
function github(): { site: string; api: string } {
  const { OAUTH_API_BASE: base } = env();
  return base ? { site: base, api: base } : { site: "https://github.com", api: "https://api.github.com" };
}
