import { env } from "@/lib/platform/env";
import { emailHtml, escapeHtml } from "./markup";
import type { Mail } from "./send-mail";

/** What the customer reads about a refund. Amounts are formatted US dollars, without the sign. */
export interface RefundMailInput {
  to: readonly string[];
  /** What was paid back, tax included. */
  amount: string;
  /** What the payment took. */
  paid: string;
  /** What was taken from the balance; null when nothing was. */
  fromBalance: string | null;
  /** Whether the payer paid in another currency. */
  isConverted: boolean;
}

/** Writes the email about a refund that has been paid back. */
export function refundMail({ to, amount, paid, fromBalance, isConverted }: RefundMailInput): Mail {
  const { APP_URL } = env();
  const subject = `Refund of $${amount}`;
  const sentences = [
    `We refunded $${amount} of your payment of $${paid} to your original payment method. Banks usually take 5 to 10 business days to show it.`,
    ...(isConverted ? ["You paid in another currency, so your bank shows the refund in that currency."] : []),
    ...(fromBalance ? [`$${fromBalance} was deducted from your balance.`] : []),
  ];
  const url = `${APP_URL}/billing`;
  const body = [
    ...sentences.map((sentence) => `<p style="margin:0 0 16px">${escapeHtml(sentence)}</p>`),
    `<p style="margin:0"><a href="${escapeHtml(url)}">View your balance and top-ups</a></p>`,
  ].join("\n");
  return {
    to: [...to],
    subject,
    text: `${sentences.join("\n\n")}\n\nView your balance and top-ups: ${url}\n`,
    html: emailHtml({ title: subject, body }),
  };
}
