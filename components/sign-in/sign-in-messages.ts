/** Messages by next-auth's error code. The code comes from the URL, so nothing else is ever shown. */
const MESSAGES: Record<string, string> = {
  CredentialsSignin: "Incorrect email or password.",
  EmailSignin: "We could not send the email. Check the address and try again.",
  Verification: "This sign-in link has expired or has already been used. Request a new one below.",
  AccessDenied:
    "This account has no verified email address. Verify the address with your provider, then sign in again.",
  Configuration: "Sign-in is misconfigured. Contact the operator of this service.",
  OAuthAccountNotLinked: "This account is linked to another user. Sign in the way you did before.",
  Unavailable: "Sign-in is temporarily unavailable. Try again in a moment.",
  TooManyAttempts: "Too many sign-in attempts. Wait a minute, then try again.",
  TooManyMails:
    "Too many sign-in emails were requested. Use the latest one you received, or try again in an hour.",
  SessionRequired: "Sign in to see this page.",
};

const DEFAULT_MESSAGE = "Sign-in failed. Try again.";

/** Returns the message for an error code in the URL of the sign-in page, or null if there is none. */
export function signInError(code: string | undefined): string | null {
  if (!code) return null;
  return Object.hasOwn(MESSAGES, code) ? (MESSAGES[code] ?? DEFAULT_MESSAGE) : DEFAULT_MESSAGE;
}
