import type { AuthOptions } from "next-auth";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { userAdapter } from "./adapter";
import { completeSignIn, SESSION_SECONDS } from "./complete-sign-in";
import { ownAddress } from "./own-address";
import { maySignIn } from "./proven-address";
import { signInProviders } from "./providers";
import { SESSION_ID } from "./session";

/** The page that asks who you are. */
export const SIGN_IN_PAGE = "/sign-in";

/**
 * How people sign in. A function, because the settings are not read at import. The session's cookie is a signed token
 * that names a row of ours and nothing else: what it may do is read from the database at each request.
 */
export function authOptions(): AuthOptions {
  return {
    adapter: userAdapter(),
    secret: env().NEXTAUTH_SECRET,
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    providers: signInProviders(),
    pages: {
      // The mark says that next-auth has set its cookies: a page alone cannot.
      signIn: `${SIGN_IN_PAGE}?ready=1`,
      error: SIGN_IN_PAGE,
      verifyRequest: `${SIGN_IN_PAGE}?sent=1`,
    },
    callbacks: {
      signIn: maySignIn,
      redirect: ({ url }) => ownAddress(url),
      // Not in the event `signIn`, whose failure next-auth ignores.
      jwt: async (signIn) => {
        const { userId, sessionId } = await completeSignIn(signIn, new Date());
        return { sub: userId, [SESSION_ID]: sessionId };
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
