import type { AuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import EmailProvider from "next-auth/providers/email";
import GitHubProvider from "next-auth/providers/github";
import GoogleProvider from "next-auth/providers/google";
import { findUserByPassword } from "@/lib/auth";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { normalizeAddress } from "./address";
import { readVerifiedEmail } from "./github-email";
import { mailSignInLink } from "./mail-sign-in-link";

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
    normalizeIdentifier: normalizeAddress,
    sendVerificationRequest: ({ identifier, url }) => mailSignInLink({ to: identifier, url }),
  });
}

function githubProvider() {
  const { site, api } = github();
  return GitHubProvider({
    clientId: env().GITHUB_ID ?? "",
    clientSecret: env().GITHUB_SECRET ?? "",
    // Dangerous only where a provider tells addresses that nobody has verified; `maySignIn` refuses those.
    allowDangerousEmailAccountLinking: true,
    issuer: `${site}/login/oauth`,
    authorization: { url: `${site}/login/oauth/authorize`, params: { scope: "read:user user:email" } },
    token: `${site}/login/oauth/access_token`,
    userinfo: {
      url: `${api}/user`,
      request: async ({ client, tokens }) => {
        const profile = await client.userinfo(tokens.access_token ?? "");
        return { ...profile, email: await readVerifiedEmail(api, tokens.access_token ?? "") };
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

/** Where GitHub's pages and its API are. */
function github(): { site: string; api: string } {
  const { OAUTH_API_BASE: base } = env();
  return base ? { site: base, api: base } : { site: "https://github.com", api: "https://api.github.com" };
}
