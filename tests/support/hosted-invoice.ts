import type { TopUpIntent } from "@/lib/top-ups";

/**
 * Pays an invoice on the page that Stripe hosts, as its customer does: fills in a card, and answers the bank if it asks.
 *
 * @param options.answer what the customer does on the bank's page, if it is shown
 * @returns the text of the page on which the customer ends up
 */
export async function payOnHostedPage(
  { invoiceHostedUrl }: Pick<TopUpIntent, "invoiceHostedUrl">,
  { cardNumber, answer = "complete" }: { cardNumber: string; answer?: "complete" | "fail" },
): Promise<string> {
  if (!invoiceHostedUrl) throw new Error("The invoice has no page.");
  const [action] =
    (await (await fetch(invoiceHostedUrl)).text()).match(/(?<=<form method="post" action=")[^"]+/) ?? [];
  if (!action) throw new Error("The page has no form: there is nothing to pay.");
  const form = { action: "pay", cardNumber, expiry: "12 / 34", cvc: "123", name: "Jenny Rosen" };
  const paid = await submit(new URL(action, invoiceHostedUrl), form);
  const next = paid.headers.get("location");
  if (!next) return paid.text();
  if (!next.includes("/3d-secure/")) return (await fetch(next)).text();
  const answered = await submit(new URL(next), { answer });
  return (await fetch(answered.headers.get("location") ?? next)).text();
}

function submit(url: URL, fields: Record<string, string>): Promise<Response> {
  return fetch(url, { method: "POST", redirect: "manual", body: new URLSearchParams(fields) });
}
