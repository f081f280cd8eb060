import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { AllowMore } from "@/components/billing/allow-more";
import { PageFrame } from "@/components/billing/page-frame";
import { readSession, SIGN_IN_PAGE } from "@/lib/http";
import { firstValues, type SearchParams } from "../../search-params";
import { withDatabase } from "../../with-database";
import { loadAllowMore } from "./load-allow-more";

export const metadata: Metadata = { title: "Allow more for 24 hours" };

/**
 * Asks the customer to raise the daily limit of auto top-up. The email about the limit links here. Opening the page changes
 * nothing, because mail scanners open links too.
 */
export default async function AllowMorePage({ searchParams }: { searchParams: SearchParams }) {
  const { customer: customerId } = firstValues(await searchParams);
  const requestHeaders = await headers();
  const user = await withDatabase(() => readSession(requestHeaders));
  if (!user) {
    const query = customerId ? `?${new URLSearchParams({ customer: customerId })}` : "";
    const callbackUrl = `/billing/allow-more${query}`;
    redirect(`${SIGN_IN_PAGE}?${new URLSearchParams({ callbackUrl })}`);
  }
  const view = await withDatabase(() => loadAllowMore(user, customerId, new Date()));
  if (!view) notFound();
  return (
    <PageFrame customerName={view.customerName} userEmail={user.email}>
      <AllowMore {...view} />
    </PageFrame>
  );
}
