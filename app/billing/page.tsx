import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { BillingPanels } from "@/components/billing/billing-panels";
import { CustomerSwitcher } from "@/components/billing/customer-switcher";
import { PageFrame } from "@/components/billing/page-frame";
import { RefreshPage } from "@/components/billing/refresh-page";
import { ReturnNotice } from "@/components/billing/return-notice";
import { CONSENT_TEXTS } from "@/lib/auto-top-up";
import { readSession, SIGN_IN_PAGE } from "@/lib/http";
import { MAX_LOW_BALANCE_THRESHOLDS } from "@/lib/low-balance";
import { fromCents } from "@/lib/money";
import { env } from "@/lib/platform/env";
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
  if (!user) redirect(`${SIGN_IN_PAGE}?${new URLSearchParams({ callbackUrl: billingUrl(query) })}`);

  const view = await withDatabase(() => loadBilling(user, query));
  if (view === "foreign") notFound();
  if (view === "no_customer") return <NoCustomer userEmail={user.email} />;

  const { customer, customers, checkoutReturn } = view;
  const hasSeveralCustomers = customers.length > 1;
  return (
    <PageFrame customerName={customer.name} userEmail={user.email}>
      <h1 className="sr-only">Billing for {customer.name}</h1>
      {hasSeveralCustomers && <CustomerSwitcher customers={customers} current={customer.customerId} />}
      {checkoutReturn && (
        <div className="mb-10">
          <ReturnNotice
            customerId={customer.customerId}
            checkoutReturn={checkoutReturn}
            closeHref={hasSeveralCustomers ? billingUrl({ customer: customer.customerId }) : "/billing"}
          />
        </div>
      )}
      {checkoutReturn?.isAwaitingCard && <RefreshPage />}
      <BillingPanels
        {...view}
        limits={LIMITS}
        consentTexts={CONSENT_TEXTS}
        maxLowBalanceLevels={MAX_LOW_BALANCE_THRESHOLDS}
        supportUrl={env().SUPPORT_URL ?? null}
      />
    </PageFrame>
  );
}

/** Returns the URL of this page with the given query, so that sign-in returns to the page that was requested. */
function billingUrl(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length > 0 ? `/billing?${new URLSearchParams(given)}` : "/billing";
}
