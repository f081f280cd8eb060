import type { ReactNode } from "react";
import type { Operator } from "../operator";

/** What every email to a customer knows besides its own props. */
export interface MailContext {
  operator: Operator;
  customerId: string;
  customerName: string;
}

/** One kind of email. The plain text is made from the same content as the HTML. */
export interface Template<Props> {
  /** The subject, which is also the title. */
  subject(props: Props): string;
  Content(props: { mail: Props; context: MailContext }): ReactNode;
}

/** Returns a page about the customer. A recipient may belong to several customers. */
export function pageUrl({ operator, customerId }: MailContext, path: string, anchor = ""): string {
  return `${operator.appUrl}${path}?${new URLSearchParams({ customer: customerId })}${anchor}`;
}

/** Formats a time as "Nov 29, 2026, 9:05 AM UTC": the server does not know the reader's time zone. */
export function formatTime(iso: string): string {
  const options = { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" } as const;
  // Newer ICU versions put a narrow no-break space before AM, which some email clients do not show.
  return `${new Intl.DateTimeFormat("en-US", options).format(new Date(iso)).replace(/\s/gu, " ")} UTC`;
}
