import type { Dice } from "./dice";
import type { KnownObjects } from "./known-objects";
import { CARDS, type Json } from "./random-params";

export interface RandomCall {
  method: string;
  path: string;
  params: { [key: string]: Json };
}

type Recipe = (dice: Dice, known: KnownObjects) => RandomCall;

const post = (path: string, params: RandomCall["params"] = {}): RandomCall => ({
  method: "POST",
  path,
  params,
});

const priceData = (dice: Dice): Json => ({
  currency: "usd",
  unit_amount: dice.between(50, 20_000),
  tax_behavior: dice.pick(["exclusive", "inclusive"]),
  product_data: { name: "Balance top-up", tax_code: "txcd_10000000" },
});

/** Valid calls as a program would make them, so that objects reach states that random parameters never produce. */
export const recipes: readonly Recipe[] = [
  // Records the IDs of objects that were created as a side effect.
  (dice) => ({
    method: "GET",
    path: dice.pick(["/v1/events", "/v1/charges", "/v1/disputes", "/v1/refunds", "/v1/payment_methods"]),
    params: { limit: 5 },
  }),
  (dice) => post("/v1/customers", { email: dice.pick(["jenny@example.com", "a+location_FR@example.com"]) }),
  (dice, known) =>
    post(`/v1/payment_methods/${dice.pick(CARDS)}/attach`, { customer: known.some(dice, "customer") }),
  (dice) => post("/v1/products", { name: dice.pick(["Credit", "Other"]) }),
  (dice, known) =>
    post("/v1/prices", {
      product: known.some(dice, "product"),
      currency: "usd",
      unit_amount: dice.between(50, 9_000),
    }),
  (dice, known) =>
    post("/v1/checkout/sessions", {
      mode: "payment",
      customer: known.some(dice, "customer"),
      line_items: [{ quantity: dice.between(1, 3), price_data: priceData(dice) }],
      automatic_tax: { enabled: dice.chance(0.5) },
      customer_update: { address: "auto", name: "auto" },
      invoice_creation: { enabled: dice.chance(0.5) },
      success_url: "http://127.0.0.1:9/ok",
    }),
  (dice, known) =>
    post("/v1/checkout/sessions", {
      mode: "setup",
      customer: known.some(dice, "customer"),
      currency: "usd",
      success_url: "http://127.0.0.1:9/ok",
    }),
  (dice, known) => post(`/v1/checkout/sessions/${known.some(dice, "checkout.session")}/expire`),
  (dice, known) =>
    post("/v1/payment_intents", {
      amount: dice.between(50, 20_000),
      currency: "usd",
      confirm: true,
      payment_method: dice.pick(CARDS),
      ...(dice.chance(0.4) && { customer: known.some(dice, "customer") }),
      ...(dice.chance(0.3) && { capture_method: "manual" }),
    }),
  (dice, known) =>
    post(`/v1/payment_intents/${known.some(dice, "payment_intent")}/capture`, {
      ...(dice.chance(0.5) && { amount_to_capture: dice.between(1, 20_000) }),
    }),
  (dice, known) =>
    post(`/v1/payment_intents/${known.some(dice, "payment_intent")}/confirm`, {
      payment_method: dice.pick(CARDS),
    }),
  (dice, known) => post(`/v1/payment_intents/${known.some(dice, "payment_intent")}/cancel`),
  (dice, known) =>
    post("/v1/setup_intents", {
      confirm: true,
      payment_method: dice.pick(CARDS),
      customer: known.some(dice, "customer"),
    }),
  (dice, known) =>
    post("/v1/refunds", {
      payment_intent: known.some(dice, "payment_intent"),
      ...(dice.chance(0.6) && { amount: dice.between(1, 9_000) }),
    }),
  (dice, known) =>
    post("/v1/credit_notes", {
      invoice: known.some(dice, "invoice"),
      ...(dice.chance(0.5)
        ? { refund_amount: dice.between(1, 9_000) }
        : { credit_amount: dice.between(1, 500) }),
    }),
  (dice, known) =>
    post(`/v1/customers/${known.some(dice, "customer")}/balance_transactions`, {
      amount: dice.between(-2_000, 2_000),
      currency: "usd",
    }),
  (dice, known) => post("/v1/refunds", { charge: known.some(dice, "charge") }),
  (dice, known) => post(`/v1/disputes/${known.some(dice, "dispute")}/close`),
  (dice, known) =>
    post("/v1/invoices", {
      customer: known.some(dice, "customer"),
      currency: "usd",
      auto_advance: false,
      collection_method: "charge_automatically",
      pending_invoice_items_behavior: "exclude",
    }),
  (dice, known) =>
    post(`/v1/invoices/${known.some(dice, "invoice")}/add_lines`, {
      lines: [{ quantity: 1, description: "Top-up", price_data: priceData(dice) }],
    }),
  (dice, known) => post(`/v1/invoices/${known.some(dice, "invoice")}/finalize`, { auto_advance: false }),
  (dice, known) =>
    post(`/v1/invoices/${known.some(dice, "invoice")}/pay`, {
      off_session: true,
      payment_method: known.some(dice, "payment_method"),
    }),
  (dice, known) => post(`/v1/invoices/${known.some(dice, "invoice")}/void`),
];

/** Actions of customers and banks, through the control API. */
export const controls: readonly Recipe[] = [
  (dice, known) =>
    post(`/checkout/${known.some(dice, "checkout.session")}/pay`, {
      card: dice.pick(["4242424242424242", "4242424242424242", "4000000000000002", "4000000000000259"]),
    }),
  (dice, known) =>
    post(`/charges/${known.some(dice, "charge")}/dispute`, { kind: dice.pick(["chargeback", "inquiry"]) }),
  (dice, known) =>
    post(
      `/disputes/${known.some(dice, "dispute")}/${dice.pick(["win", "lose", "escalate", "close_warning", "prevent", "allow_appeal"])}`,
    ),
  (dice, known) =>
    post(
      `/refunds/${known.some(dice, "refund")}/${dice.pick(["fail", "succeed", "require_action", "continue"])}`,
    ),
  (dice, known) =>
    post(`/checkout/${known.some(dice, "checkout.session")}/pay`, {
      bank_account: dice.pick(["pays", "fails"]),
    }),
  (dice, known) => post(`/payments/${known.some(dice, "payment_intent")}/${dice.pick(["settle", "fail"])}`),
  (dice, known) =>
    post(`/payments/${known.some(dice, dice.pick(["payment_intent", "setup_intent"]))}/authenticate`, {
      answer: dice.pick(["complete", "fail"]),
    }),
  (dice, known) =>
    post(`/payment_methods/${known.some(dice, "payment_method")}/update`, {
      brand: dice.pick(["visa", "mastercard"]),
    }),
  (dice, known) => post(`/charges/${known.some(dice, "charge")}/fraud_warning`),
  (dice) => post("/behavior", { refund_funds: dice.pick(["available", "available", "too_low"]) }),
  () => post("/payouts"),
  (dice) => post("/clock", { advance_seconds: dice.pick([0, 60, 3_600, 86_400]) }),
];
