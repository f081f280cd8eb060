import type { AuthOptions } from "next-auth";
import { joinCustomersByEmail } from "@/lib/customers";
import { env } from "@/lib/platform/env";
import { isId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { userAdapter } from "./adapter";
import { ownAddress } from "./own-address";
import { isVerifiedSignIn, signInProviders } from "./providers";

/** The page that asks who you are. */
export const SIGN_IN_PAGE = "/sign-in";

/**
 * How people sign in. A function, because the settings are not read at import. The session is a signed cookie that
 * names the user and nothing else of weight: what the user may do is read from the database at each request.
 *
 * To be called inside Next only: in plain Node next-auth's providers, which are CommonJS, arrive wrapped.
 */
export function authOptions(): AuthOptions {
  return {
    adapter: userAdapter(),
    secret: env().NEXTAUTH_SECRET,
    session: { strategy: "jwt" },
    providers: signInProviders(),
    pages: {
      // The mark says that next-auth has set its cookies: a page alone cannot.
      signIn: `${SIGN_IN_PAGE}?ready=1`,
      error: SIGN_IN_PAGE,
      verifyRequest: `${SIGN_IN_PAGE}?sent=1`,
    },
    callbacks: {
      signIn: isVerifiedSignIn,
      redirect: ({ url, baseUrl }) => ownAddress(url, baseUrl),
    },
    events: {
      signIn: async ({ user }) => {
        if (!isId("user", user.id) || !user.email) throw new Error("A sign-in ended without a user of ours.");
        await joinCustomersByEmail(
          { userId: user.id, email: user.email, name: user.name ?? null },
          { mayCreate: env().SIGNUP === "open" },
        );
      },
    },
    logger: {
      error: (code, metadata) => {
        if (CALLER_MISTAKES.has(code)) log().info({ code }, "sign-in request refused");
        else log().error({ code, err: errorOf(metadata) }, "sign-in failed");
      },
      warn: (code) => log().warn({ code }, "sign-in warning"),
      debug: () => {}, // would tell tokens
    },
  };
}

/** Errors that only repeat what somebody sent: an address to go to, a cookie that is no session. Nobody here needs to act. */
const CALLER_MISTAKES = new Set(["INVALID_CALLBACK_URL_ERROR", "JWT_SESSION_ERROR"]);

/** Beside the error, next-auth gives what a provider answered, which has secrets in it. */
function errorOf(metadata: Error | { error: Error }): Error {
  return metadata instanceof Error ? metadata : metadata.error;
}
