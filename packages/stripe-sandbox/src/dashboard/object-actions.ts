import { html } from "hono/html";
import type { Markup } from "../pages/layout";
import { type ControlCall, controlForm } from "./control-form";

interface Action {
  label: string;
  call: ControlCall;
  /** Tells whether it applies to the object's state. Default: always. */
  when?(data: Record<string, unknown>): boolean;
}

type ActionsOf = (id: string) => Action[];

/** The buttons for each type of object, with their calls of the control API. */
const actions: Record<string, ActionsOf> = {
  "checkout.session": (id) => [
    { label: "Pay with 4242", call: { path: `/checkout/${id}/pay` }, when: isOpen },
    {
      label: "Pay by bank",
      call: { path: `/checkout/${id}/pay`, values: { bank_account: "pays" } },
      when: takesBanks,
    },
    {
      label: "Pay by bank (fails later)",
      call: { path: `/checkout/${id}/pay`, values: { bank_account: "fails" } },
      when: takesBanks,
    },
    {
      label: "Try a declined card",
      call: { path: `/checkout/${id}/pay`, values: { card: "4000000000000002" } },
      when: isOpen,
    },
    { label: "Expire", call: { path: `/checkout/${id}/expire` }, when: isOpen },
  ],
  payment_intent: (id) => [
    { label: "Settle the debit", call: { path: `/payments/${id}/settle` }, when: isProcessing },
    { label: "Fail the debit", call: { path: `/payments/${id}/fail` }, when: isProcessing },
    ...authentication(id),
  ],
  setup_intent: authentication,
  payment_method: (id) => [
    {
      label: "Replace the card (new expiry)",
      call: { path: `/payment_methods/${id}/update`, values: { exp_month: 12, exp_year: 2040 } },
      when: isSavedCard,
    },
    {
      label: "Replace the card (another brand)",
      call: { path: `/payment_methods/${id}/update`, values: { brand: "mastercard", last4: "4444" } },
      when: isSavedCard,
    },
    {
      label: "Decline charges: insufficient funds",
      call: { path: `/payment_methods/${id}/decline`, values: { decline_code: "insufficient_funds" } },
      when: isSavedCard,
    },
    {
      label: "Decline charges: lost card",
      call: { path: `/payment_methods/${id}/decline`, values: { decline_code: "lost_card" } },
      when: isSavedCard,
    },
    {
      label: "Accept charges again",
      call: { path: `/payment_methods/${id}/accept` },
      when: isSavedCard,
    },
    { label: "Detach", call: { path: `/payment_methods/${id}/detach` }, when: isSavedCard },
  ],
  charge: (id) => [
    { label: "Dispute", call: { path: `/charges/${id}/dispute` }, when: isPaid },
    {
      label: "Start an inquiry",
      call: { path: `/charges/${id}/dispute`, values: { kind: "inquiry" } },
      when: isPaid,
    },
    { label: "Raise a fraud warning", call: { path: `/charges/${id}/fraud_warning` }, when: isPaid },
  ],
  dispute: (id) => [
    { label: "Win", call: { path: `/disputes/${id}/win` } },
    { label: "Lose", call: { path: `/disputes/${id}/lose` } },
    { label: "Escalate", call: { path: `/disputes/${id}/escalate` }, when: isWarning },
    { label: "Close the inquiry", call: { path: `/disputes/${id}/close_warning` }, when: isWarning },
    { label: "Prevent", call: { path: `/disputes/${id}/prevent` } },
    { label: "Allow an appeal", call: { path: `/disputes/${id}/allow_appeal` } },
  ],
  refund: (id) => [
    { label: "Fail", call: { path: `/refunds/${id}/fail` } },
    { label: "Succeed", call: { path: `/refunds/${id}/succeed` } },
    { label: "Require action", call: { path: `/refunds/${id}/require_action` } },
    { label: "Continue", call: { path: `/refunds/${id}/continue` } },
  ],
  payout: (id) => [
    { label: "Pay", call: { path: `/payouts/${id}/pay` }, when: isPending },
    { label: "Fail", call: { path: `/payouts/${id}/fail` }, when: isPending },
    { label: "Cancel", call: { path: `/payouts/${id}/cancel` }, when: isPending },
  ],
  "billing_portal.configuration": (id) => [
    {
      label: "Make it the default",
      call: { path: `/portal_configurations/${id}/make_default` },
      when: ({ is_default: isDefault }) => isDefault === false,
    },
  ],
  webhook_endpoint: (id) => [
    {
      label: "Roll the secret, both valid for an hour",
      call: { path: `/endpoints/${id}/rotate`, values: { overlap_seconds: 3_600 }, showsResponse: true },
    },
    {
      label: "Roll the secret at once",
      call: { path: `/endpoints/${id}/rotate`, values: { overlap_seconds: 0 }, showsResponse: true },
    },
  ],
};

/** Buttons for 3-D Secure. */
function authentication(id: string): Action[] {
  const path = `/payments/${id}/authenticate`;
  return [
    { label: "Pass 3-D Secure", call: { path, values: { answer: "complete" } }, when: needsAction },
    { label: "Fail 3-D Secure", call: { path, values: { answer: "fail" } }, when: needsAction },
  ];
}

function needsAction({ status }: Record<string, unknown>): boolean {
  return status === "requires_action";
}

function isPending({ status }: Record<string, unknown>): boolean {
  return status === "pending";
}

function isProcessing({ status }: Record<string, unknown>): boolean {
  return status === "processing";
}

function isSavedCard({ customer, card }: Record<string, unknown>): boolean {
  return typeof customer === "string" && typeof card === "object";
}

function isOpen({ status }: Record<string, unknown>): boolean {
  return status === "open";
}

function takesBanks(session: Record<string, unknown>): boolean {
  return isOpen(session) && JSON.stringify(session.payment_method_types).includes("us_bank_account");
}

function isPaid({ paid, captured }: Record<string, unknown>): boolean {
  return paid === true && captured === true;
}

function isWarning({ status }: Record<string, unknown>): boolean {
  return String(status).startsWith("warning_");
}

/** The buttons of one object, and links to its pages for customers. */
export function objectActions(type: string, data: Record<string, unknown>): Markup | undefined {
  const id = String(data.id);
  const links = pagesOf(data);
  const buttons = (actions[type]?.(id) ?? []).filter(({ when }) => when?.(data) ?? true);
  if (links.length === 0 && buttons.length === 0) return undefined;
  return html`<div class="actions">${links.map(([label, href]) => html`<a class="secondary" href="${href}">${label}</a>`)}
${buttons.map(({ label, call }) => controlForm(call, label, `/dashboard/objects/${id}`))}</div>`;
}

/** Finds the addresses in an object that a customer would open. */
function pagesOf(data: Record<string, unknown>): [string, string][] {
  const isSession = data.object === "checkout.session" || data.object === "billing_portal.session";
  const challenge = (data.next_action as { redirect_to_url?: { url?: string } } | null)?.redirect_to_url?.url;
  const found: [string, unknown][] = [
    ["Open its page", isSession ? data.url : null],
    ["Open the hosted invoice", data.hosted_invoice_url],
    ["Download the invoice", data.invoice_pdf],
    ["Download the credit note", data.object === "credit_note" ? data.pdf : null],
    ["Open the receipt", data.receipt_url],
    ["Open 3-D Secure", challenge],
  ];
  return found.filter((entry): entry is [string, string] => typeof entry[1] === "string");
}
