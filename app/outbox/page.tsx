import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Outbox } from "@/components/outbox/outbox";
import { findOutboxMail, isOutboxEnabled, listOutbox } from "@/lib/emails";
import { firstValues, type SearchParams } from "../search-params";
import { withDatabase } from "../with-database";

export const metadata: Metadata = { title: "Outbox", robots: { index: false, follow: false } };

/** Shows the emails of the demo, which has no mail server. In production this page does not exist. */
export default async function OutboxPage({ searchParams }: { searchParams: SearchParams }) {
  const { mail: outboxMailId } = firstValues(await searchParams);
  if (!isOutboxEnabled()) notFound();
  const [mails, selected] = await withDatabase(() =>
    Promise.all([listOutbox(), outboxMailId ? findOutboxMail(outboxMailId) : null]),
  );
  if (outboxMailId && !selected) notFound();
  return <Outbox mails={mails} selected={selected} />;
}
