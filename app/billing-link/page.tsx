import type { Metadata } from "next";
import { headers } from "next/headers";
import { OpenLinkForm } from "@/components/billing-link/open-link-form";
import { buttonLook } from "@/components/ui/button";
import { PlainPage } from "@/components/ui/plain-page";
import { peekLink, readSession } from "@/lib/http";
import { firstValues, type SearchParams } from "../search-params";
import { withDatabase } from "../with-database";

export const metadata: Metadata = {
  title: "Open billing",
  robots: { index: false, follow: false },
  referrer: "no-referrer", // the address is a secret until it is used
};

/** Landing page for billing links. Loading it does not use up the link; submitting its form does. */
export default async function BillingLinkPage({ searchParams }: { searchParams: SearchParams }) {
  const { customer = "", token = "" } = firstValues(await searchParams);
  const requestHeaders = await headers();
  const [link, user] = await withDatabase(() =>
    Promise.all([peekLink(customer, token), readSession(requestHeaders)]),
  );
  if (link.state !== "usable") return <NotUsable state={link.state} isSignedIn={user !== null} />;
  return (
    <PlainPage title={`Billing for ${link.customerName}`}>
      <p className="mt-4 text-soft">
        {user
          ? `You are signed in as ${user.email}. Continuing signs you in as ${link.email} instead.`
          : `You will be signed in as ${link.email}.`}
      </p>
      <OpenLinkForm customerId={customer} token={token} isAutomatic={user === null} />
    </PlainPage>
  );
}

/** Shows the same page for expired and nonexistent links, so that guessing reveals nothing. */
function NotUsable({ state, isSignedIn }: { state: "used" | "expired" | "unknown"; isSignedIn: boolean }) {
  return (
    <PlainPage title={state === "used" ? "This link has already been used" : "This link is no longer valid"}>
      <p role="status" className="mt-4 text-soft">
        {state === "used"
          ? "Each billing link works once. To get a new one, go back to the page you came from and open billing again."
          : "Billing links expire after 10 minutes. To get a new one, go back to the page you came from and open billing again."}
      </p>
      <a href="/billing" className={buttonLook("secondary", "mt-8 self-start")}>
        {isSignedIn ? "Go to billing" : "Sign in instead"}
      </a>
    </PlainPage>
  );
}
