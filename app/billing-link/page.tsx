import type { Metadata } from "next";
import { headers } from "next/headers";
import { EnterForm } from "@/components/billing-link/enter-form";
import { buttonLook } from "@/components/ui/button";
import { PlainPage } from "@/components/ui/plain-page";
import { peekLink, readSession } from "@/lib/http";
import { firstValues, type SearchParams } from "../search-params";
import { withDatabase } from "../with-database";

export const metadata: Metadata = {
  title: "Go to billing",
  robots: { index: false, follow: false },
  referrer: "no-referrer", // the address is a secret until it is used
};

/** Where a link from the operator's own product arrives. Showing this page uses nothing up; its form does. */
export default async function BillingLinkPage({ searchParams }: { searchParams: SearchParams }) {
  const { customer = "", token = "" } = firstValues(await searchParams);
  const requestHeaders = await headers();
  const [link, user] = await withDatabase(() =>
    Promise.all([peekLink(customer, token), readSession(requestHeaders)]),
  );
  if (link.state !== "usable") return <NotUsable state={link.state} isSignedIn={user !== null} />;
  return (
    <PlainPage title={`Billing of ${link.customerName}`}>
      <p className="mt-4 text-soft">
        {user
          ? `You are signed in as ${user.email}. This link goes on as ${link.email} instead.`
          : `You come in as ${link.email}.`}
      </p>
      <EnterForm customerId={customer} token={token} isAutomatic={user === null} />
    </PlainPage>
  );
}

/** The same page for a link that never was: whoever guesses learns nothing. */
function NotUsable({ state, isSignedIn }: { state: "used" | "expired" | "unknown"; isSignedIn: boolean }) {
  return (
    <PlainPage title={state === "used" ? "This link was used already" : "This link does not work any more"}>
      <p role="status" className="mt-4 text-soft">
        {state === "used"
          ? "A link to billing works once. Go back to where you found it and open billing from there again."
          : "A link to billing works for ten minutes. Go back to where you found it and open billing from there again."}
      </p>
      <a href="/billing" className={buttonLook("secondary", "mt-8 self-start")}>
        {isSignedIn ? "Go to billing" : "Sign in instead"}
      </a>
    </PlainPage>
  );
}
