import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { AwaitCard } from "@/components/billing/await-card";
import { BillingPanels } from "@/components/billing/billing-panels";
import { CustomerSwitcher } from "@/components/billing/customer-switcher";
import { PageFrame } from "@/components/billing/page-frame";
import { ReturnNotice } from "@/components/billing/return-notice";
import { readSession, SIGN_IN_PAGE } from "@/lib/http";
import { fromCents } from "@/lib/money";
import { MAX_TOP_UP, MIN_TOP_UP } from "@/lib/top-ups";
import { firstValues, type SearchParams } from "../search-params";
import { withDatabase } from "../with-database";
import { loadBilling } from "./load-billing";
import { NoCustomer } from "./no-customer";

export const metadata: Metadata = { title: "Billing" };

const LIMITS = { min: fromCents(MIN_TOP_UP), max: fromCents(MAX_TOP_UP) };

export default async function BillingPage({ searchParams }: { searchParams: SearchParams }) {
  const query = firstValues(await searchParams);
  const requestHeaders = await headers();
  const user = await withDatabase(() => readSession(requestHeaders));
  if (!user) redirect(`${SIGN_IN_PAGE}?${new URLSearchParams({ callbackUrl: addressOf(query) })}`);

  const view = await withDatabase(() => loadBilling(user, query));
  if (view === "foreign") notFound();
  if (view === "no_customer") return <NoCustomer userEmail={user.email} />;

  const { customer, customers, back } = view;
  const isChosen = customers.length > 1;
  return (
    <PageFrame customerName={customer.name} userEmail={user.email}>
      <h1 className="sr-only">Billing of {customer.name}</h1>
      {isChosen && <CustomerSwitcher customers={customers} current={customer.customerId} />}
      {back && (
        <div className="mb-10">
          <ReturnNotice
            customerId={customer.customerId}
            back={back}
            closeHref={isChosen ? addressOf({ customer: customer.customerId }) : "/billing"}
          />
        </div>
      )}
      {back?.awaitsCard && <AwaitCard />}
      <BillingPanels {...view} limits={LIMITS} now={new Date()} />
    </PageFrame>
  );
}

/** This page with a query, so that sign-in leads back to exactly what was asked for. */
function addressOf(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length > 0 ? `/billing?${new URLSearchParams(given)}` : "/billing";
}
