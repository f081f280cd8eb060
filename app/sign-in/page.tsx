import type { Metadata } from "next";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { SignInForms } from "@/components/sign-in/sign-in-forms";
import { signInError } from "@/components/sign-in/sign-in-messages";
import { Notice } from "@/components/ui/notice";
import { PlainPage } from "@/components/ui/plain-page";
import { readCsrfToken, readSession, safeReturnPath, signInMethods } from "@/lib/http";
import { firstValues, type SearchParams } from "../search-params";
import { withDatabase } from "../with-database";

// The only page that search engines can reach.
export const metadata: Metadata = { title: "Sign in", robots: { index: false, follow: false } };

/** The user that the demo creates. */
const DEMO_EMAIL = "demo@example.com";

export default async function SignInPage({ searchParams }: { searchParams: SearchParams }) {
  const { callbackUrl, error, ready, sent } = firstValues(await searchParams);
  const returnPath = safeReturnPath(callbackUrl);
  const requestHeaders = await headers();
  const session = await withDatabase(() => readSession(requestHeaders));
  // A billing link's session is limited to one customer, so its user may still want to sign in.
  if (session && session.onlyCustomerId === null) redirect(returnPath);
  if (sent) return <CheckYourEmail />;

  const cookieStore = await cookies();
  const csrfToken = readCsrfToken((name) => cookieStore.get(name)?.value);
  // A page cannot set cookies. next-auth sets them and redirects back here.
  if (!csrfToken && !ready)
    redirect(`/api/auth/signin?${new URLSearchParams({ callbackUrl: returnPath, ...(error && { error }) })}`);

  const errorMessage = csrfToken
    ? signInError(error)
    : "Your browser is blocking cookies from this site. Allow cookies, then reload the page.";
  return (
    <PlainPage title="Sign in">
      {errorMessage && (
        <div role="alert" className="mt-6">
          <Notice tone="bad" title={errorMessage} />
        </div>
      )}
      <SignInForms
        ways={signInMethods()}
        csrfToken={csrfToken ?? ""}
        callbackUrl={returnPath}
        demoEmail={DEMO_EMAIL}
      />
    </PlainPage>
  );
}

function CheckYourEmail() {
  return (
    <PlainPage title="Check your email">
      <p role="status" className="mt-4 text-soft">
        If this address has access, we sent it a sign-in link. The link works once and expires after 24 hours.
        If you don&apos;t see it, check your spam folder or{" "}
        <a href="/sign-in" className="text-accent underline underline-offset-4">
          request another link
        </a>
        .
      </p>
    </PlainPage>
  );
}
