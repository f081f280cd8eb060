import type { ChargeState } from "@/lib/auto-charge/rules";
import type { InvoiceFacts, InvoicePaymentFacts, InvoicePaymentIntent } from "@/lib/stripe";

export const NOW = new Date("2026-11-29T12:00:00Z");

/** An automatic top-up whose card is being charged. */
export const state = (change: Partial<ChargeState> = {}): ChargeState => ({
  topUpIntentId: "topup_1",
  amountCents: 2_000,
  livemode: false,
  status: "open",
  creditedAt: null,
  stripePaymentIntentId: null,
  reviewReason: null,
  reviewPaymentIntentId: null,
  failedChargeId: null,
  payStartedAt: NOW,
  stripeCustomerId: "cus_1",
  ...change,
});

export const intent = (change: Partial<InvoicePaymentIntent> = {}): InvoicePaymentIntent => ({
  paymentIntentId: "pi_1",
  status: "succeeded",
  currency: "usd",
  receivedCents: 2_380n,
  failure: null,
  ...change,
});

export const payment = (change: Partial<InvoicePaymentFacts> = {}): InvoicePaymentFacts => ({
  type: "payment_intent",
  status: "paid",
  isDefault: true,
  amountPaidCents: 2_380n,
  paymentIntent: intent(),
  ...change,
});

/** An invoice of $20.00 plus 19 % tax that is paid as asked for. */
export const invoice = (change: Partial<InvoiceFacts> = {}): InvoiceFacts => ({
  invoiceId: "in_1",
  status: "paid",
  livemode: false,
  createdAt: NOW,
  stripeCustomerId: "cus_1",
  paymentMethodId: "pm_1",
  metadata: { topup_intent_id: "topup_1" },
  currency: "usd",
  subtotalCents: 2_000n,
  taxCents: 380n,
  totalCents: 2_380n,
  amountDueCents: 2_380n,
  amountPaidCents: 2_380n,
  startingBalanceCents: 0n,
  isDiscounted: false,
  lineIds: ["il_1"],
  tax: { isEnabled: true, status: "complete", disabledReason: null },
  number: "B-1",
  hostedUrl: null,
  pdfUrl: null,
  paidAt: NOW,
  payments: [payment()],
  ...change,
});

export const draft = (change: Partial<InvoiceFacts> = {}) =>
  invoice({ status: "draft", amountPaidCents: 0n, payments: [], ...change });
