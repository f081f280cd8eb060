import type { AuthOptions } from "next-auth";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { userAdapter } from "./adapter";
import { completeSignIn, SESSION_SECONDS } from "./complete-sign-in";
import { signInProviders } from "./providers";
import { safeReturnUrl } from "./return-url";
import { SESSION_ID } from "./session";
import { maySignIn } from "./verified-email";

export const SIGN_IN_PAGE = "/sign-in";

/**
 * Returns the options of next-auth. The session cookie is a signed token that contains only the id of a session: everything
 * else is read from the database for each request.
 */
export function authOptions(): AuthOptions {
  return {
    adapter: userAdapter(),
    secret: env().NEXTAUTH_SECRET,
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    providers: signInProviders(),
    pages: {
      // `ready` tells the page that next-auth has set its cookies, which a page cannot do.
      signIn: `${SIGN_IN_PAGE}?ready=1`,
      error: SIGN_IN_PAGE,
      verifyRequest: `${SIGN_IN_PAGE}?sent=1`,
    },
    callbacks: {
      signIn: maySignIn,
      redirect: ({ url }) => safeReturnUrl(url),
      // Not in the `signIn` event, whose errors next-auth ignores.
      jwt: async (signIn) => {
        const { userId, sessionId } = await completeSignIn(signIn, new Date());
        return { sub: userId, [SESSION_ID]: sessionId };
      },
    },
    logger: {
      error: (code, metadata) => {
        if (CLIENT_ERRORS.has(code)) log().info({ code }, "sign-in request rejected");
        else log().error({ code, err: errorOf(metadata) }, "sign-in failed");
      },
      warn: (code) => log().warn({ code }, "sign-in warning"),
      debug: () => {}, // would log tokens
    },
  };
}

/** Errors caused by what the client sent: an invalid URL or cookie. They need no action. */
const CLIENT_ERRORS = new Set(["INVALID_CALLBACK_URL_ERROR", "JWT_SESSION_ERROR"]);

/** Drops the metadata that next-auth adds, because a provider's response contains secrets. */
function errorOf(metadata: Error | { error: Error }): Error {
  return metadata instanceof Error ? metadata : metadata.error;
}
