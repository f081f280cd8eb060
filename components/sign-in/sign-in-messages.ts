/** What went wrong, by next-auth's code. Codes come with the address, so only these sentences are ever shown. */
const SENTENCES: Record<string, string> = {
  CredentialsSignin: "That e-mail and password do not belong together. Please check both.",
  EmailSignin: "The e-mail could not be sent. Check the address and try again.",
  Verification: "This link has expired or was used before. Ask for a new one below.",
  AccessDenied:
    "This account has no verified e-mail address, so we cannot tell who you are. Verify it there first.",
  Configuration: "Sign-in is not set up correctly here. Please tell whoever runs this service.",
  OAuthAccountNotLinked: "This login already belongs to somebody else. Sign in the way you did before.",
  Unavailable: "We cannot check sign-ins just now. Please try again in a moment.",
  TooManyAttempts: "Too many attempts in a short time. Please wait a minute, then try again.",
  TooManyMails:
    "Too many sign-in e-mails were requested. Use the latest one you received, or try again in an hour.",
  SessionRequired: "Please sign in to see this page.",
};

const DEFAULT_SENTENCE = "Signing in did not work. Please try again.";

/** The sentence for an error in the address of the sign-in page; null when there is none. */
export function signInError(code: string | undefined): string | null {
  if (!code) return null;
  return Object.hasOwn(SENTENCES, code) ? (SENTENCES[code] ?? DEFAULT_SENTENCE) : DEFAULT_SENTENCE;
}
