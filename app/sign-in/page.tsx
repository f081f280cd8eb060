import type { Metadata } from "next";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { SignInForms } from "@/components/sign-in/sign-in-forms";
import { signInError } from "@/components/sign-in/sign-in-messages";
import { Notice } from "@/components/ui/notice";
import { PlainPage } from "@/components/ui/plain-page";
import { ownPath, readCsrfToken, readSession, signInWays } from "@/lib/http";
import { firstValues, type SearchParams } from "../search-params";
import { withDatabase } from "../with-database";

// The only page that a search engine could reach.
export const metadata: Metadata = { title: "Sign in", robots: { index: false, follow: false } };

/** The login that the demo makes. */
const DEMO_EMAIL = "demo@example.com";

export default async function SignInPage({ searchParams }: { searchParams: SearchParams }) {
  const { callbackUrl, error, ready, sent } = firstValues(await searchParams);
  const goal = ownPath(callbackUrl);
  const requestHeaders = await headers();
  const session = await withDatabase(() => readSession(requestHeaders));
  // A session for one customer alone leaves a reason to sign in.
  if (session && session.onlyCustomerId === null) redirect(goal);
  if (sent) return <CheckYourMail />;

  const cookieStore = await cookies();
  const csrfToken = readCsrfToken((name) => cookieStore.get(name)?.value);
  // A page cannot set cookies: next-auth does, and leads back here.
  if (!csrfToken && !ready)
    redirect(`/api/auth/signin?${new URLSearchParams({ callbackUrl: goal, ...(error && { error }) })}`);

  const problem = csrfToken
    ? signInError(error)
    : "Your browser keeps no cookies from this site. Allow them, then reload.";
  return (
    <PlainPage title="Sign in">
      {problem && (
        <div role="alert" className="mt-6">
          <Notice tone="bad" title={problem} />
        </div>
      )}
      <SignInForms
        ways={signInWays()}
        csrfToken={csrfToken ?? ""}
        callbackUrl={goal}
        demoEmail={DEMO_EMAIL}
      />
    </PlainPage>
  );
}

function CheckYourMail() {
  return (
    <PlainPage title="Check your e-mail">
      <p role="status" className="mt-4 text-soft">
        If this address has access, we have sent it a sign-in link. The link works once and expires after 24
        hours. Not there? Check your spam folder, or{" "}
        <a href="/sign-in" className="text-accent underline underline-offset-4">
          request another link
        </a>
        .
      </p>
    </PlainPage>
  );
}
