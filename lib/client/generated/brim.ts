// Written by `npm run generate:client` from the OpenAPI document. Changes here are lost.
import { Caller, type ListCall } from "../caller";
import type { CallOptions, KeyedCallOptions } from "../options";

/** A balance put right by hand. */
export interface Adjustment {
  /** The adjustment. In the customer's records it is the `record_id`. */
  adjustment_id: string;
  /** Whose balance was adjusted. */
  customer_id: string;
  /** What the balance gained; with a minus sign, what it lost. */
  amount_usd: string;
  /** Why. The customer reads it in its activity. */
  reason: string;
  /** When it was recorded. */
  created_at: string;
  /** The balance right after it. */
  balance_usd: string;
  /** What could be spent right after it: the balance less what is held. */
  available_usd: string;
}

/** What to put right. */
export interface AdjustmentInput {
  /** Whose balance to adjust. */
  customer_id: string;
  /** What the balance gains; with a minus sign, what it loses. Not zero, at most 1000000.00 either way, with up to 9 decimals. */
  amount_usd: string | number;
  /** Why. The customer reads it in its activity. */
  reason: string;
  /** Your name for this request. The header `Idempotency-Key` is the same thing; one of the two is needed. */
  idempotency_key?: string | undefined;
  /** Takes the amount even where less is available. */
  overdraft?: "allow" | undefined;
}

/** A page of adjustments. */
export interface AdjustmentList {
  /** Newest first. */
  adjustments: ListedAdjustment[];
  /** Send it as `cursor` to read on; null on the last page. */
  next_cursor: string | null;
}

/** A key for programs, without its secret. */
export interface ApiKey {
  /** The key's id. It is no secret. */
  api_key_id: string;
  /** The beginning of the secret, by which its holder recognises it. */
  prefix: string;
  /** What it is for, in your words. */
  name: string;
  /** On whose balance it acts; null for a key of the operator, which acts on all. */
  customer_id: string | null;
  /** What it may do. A `write` is also a `read`. */
  scopes: ("billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin")[];
  /** Whether it is taken now. `revoked` and `expired` keys stay in the list. */
  status: "active" | "expired" | "revoked";
  /** When it was made. */
  created_at: string;
  /** When it was last used, to the minute; null when it never was. */
  last_used_at: string | null;
  /** When it ends; null when it does not end by itself. */
  expires_at: string | null;
  /** When it was revoked; null when it was not. */
  revoked_at: string | null;
  /** The key whose place it took. */
  rolled_from: string | null;
  /** The key that took its place. */
  rolled_to: string | null;
}

/** The key to make. */
export interface ApiKeyInput {
  /** On whose balance it acts. Null makes a key of the operator, which acts on all. */
  customer_id: string | null;
  /** What it is for, in your words. */
  name: string;
  /** What it may do: for a customer `billing:read`, `billing:write`, `usage:read`, `usage:write`; for the operator `usage:read`, `usage:write`, `admin`. All of its kind when left out. */
  scopes?: ("billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin")[] | undefined;
  /** When it ends. Left out, it does not end by itself. */
  expires_at?: string | undefined;
}

/** A page of keys. */
export interface ApiKeyList {
  /** Newest first. */
  api_keys: ApiKey[];
  /** Send it as `cursor` to read on; null on the last page. */
  next_cursor: string | null;
}

/** What a customer has, and what of it can be spent. */
export interface Balance {
  /** Whose balance it is. */
  customer_id: string;
  /** The balance. Below zero the customer owes. */
  balance_usd: string;
  /** What is reserved by holds. */
  held_usd: string;
  /** What can be spent: the balance less what is held. */
  available_usd: string;
  /** Balances are US dollars. */
  currency: "usd";
  /** Money is added first and spent later. */
  charge_method: "prepaid";
  /** Whether the card is charged when the balance runs low. */
  auto_topup_enabled: boolean;
  /** From a `frozen` or `closed` account nothing new can be spent. */
  status: "active" | "frozen" | "closed";
}

/** An item of a batch that was charged. */
export interface BatchCharge {
  /** This item was charged. */
  ok: true;
  /** Whether this item's key had been charged before: then nothing was taken again. */
  replayed: boolean;
  /** The charge. A refund names it. */
  charge_id: string;
  /** What was charged. */
  amount_usd: string;
  /** The balance right after it. */
  balance_usd: string;
  /** What could be spent right after it: the balance less what is held. */
  available_usd: string;
  /** When it was recorded. */
  created_at: string;
}

/** An item of a batch that was refused, with the error that it would have got alone. */
export interface BatchRefusal {
  /** This item was not charged. */
  ok: false;
  /** What went wrong, for programs. Codes never change their meaning. */
  error: "INTERNAL_ERROR" | "INVALID_REQUEST" | "UNAUTHORIZED" | "PAYMENT_REQUIRED" | "FORBIDDEN" | "NOT_FOUND" | "CONFLICT" | "IDEMPOTENCY_CONFLICT" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE";
  /** What went wrong, for people. */
  message: string;
  /** The status of the answer. */
  statusCode: number;
  /** More for programs; its form depends on `error`. */
  details?: InvalidRequestDetails | PaymentRequiredDetails | MissingScopeDetails | ReasonDetails | RefundTooLargeDetails | ServiceUnavailableDetails | undefined;
}

/** What became of each item of a batch. */
export interface BatchResults {
  /** One result for each item, in the order of the request. */
  results: (BatchCharge | BatchRefusal)[];
}

/** A one-time way into the billing page of one customer. */
export interface BillingLink {
  /** Send the browser there at once. It can be used once; fetching it uses nothing up. */
  url: string;
  /** Until when it can be used: ten minutes. */
  expires_at: string;
}

/** Who comes in, and where to. */
export interface BillingLinkInput {
  /** Who comes in. Send the address of the person whom your product has signed in; left out, it is the customer's own. */
  email?: string | undefined;
  /** Where the link leads: `/billing`, or a path below it with a query. */
  return_path?: string | undefined;
}

/** How much of a hold to charge. */
export interface CaptureInput {
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
  /** All that was held when it is left out. */
  amount_usd?: string | number | undefined;
}

/** A hold that became a charge. */
export interface CapturedHold {
  /** The hold. */
  hold_id: string;
  /** What is, or was, reserved. */
  amount_usd: string;
  /** When it is given back by itself. */
  expires_at: string | null;
  /** Nothing of it is reserved any more. */
  status: "captured";
  /** What was charged. */
  captured_usd: string;
  /** The charge that it became. */
  charge_id: string;
  /** The balance right after it. */
  balance_usd: string;
  /** What could be spent right after it: the balance less what is held. */
  available_usd: string;
  /** When the charge was recorded. */
  created_at: string;
}

/** Money taken from a balance for work done. */
export interface Charge {
  /** The charge. A refund names it. */
  charge_id: string;
  /** What was charged. */
  amount_usd: string;
  /** The balance right after it. */
  balance_usd: string;
  /** What could be spent right after it: the balance less what is held. */
  available_usd: string;
  /** When it was recorded. */
  created_at: string;
}

/** Up to 1,000 charges. */
export interface ChargeBatchInput {
  /** What to charge. Each item needs an `idempotency_key` of its own. */
  charges: ChargeInput[];
}

/** What to charge. */
export interface ChargeInput {
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
  /** US dollars: more than zero, at most 1000000.00, with up to 9 decimals. */
  amount_usd: string | number;
  /** Your name for this request. The header `Idempotency-Key` is the same thing; one of the two is needed. */
  idempotency_key?: string | undefined;
  /** Shown to the customer in its activity. */
  description?: string | undefined;
  /** Your own words about it, kept with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
  /** Records work already done even below zero. Only for the operator. */
  overdraft?: "allow" | undefined;
}

/** Money of a charge that went back to the balance. */
export interface ChargeRefund {
  /** This refund. */
  refund_id: string;
  /** The charge that it gives back. */
  charge_id: string;
  /** What was given back. */
  amount_usd: string;
  /** The balance right after it. */
  balance_usd: string;
  /** What could be spent right after it: the balance less what is held. */
  available_usd: string;
  /** When it was recorded. */
  created_at: string;
}

/** How much of a charge to give back. */
export interface ChargeRefundInput {
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
  /** All that is left of the charge when it is left out. */
  amount_usd?: string | number | undefined;
  /** Your name for this request. The header `Idempotency-Key` is the same thing; one of the two is needed. */
  idempotency_key?: string | undefined;
  /** Shown to the customer in its activity. */
  description?: string | undefined;
  /** Your own words about it, kept with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
}

/** A page of Stripe's on which a customer pays or saves a card. */
export interface CheckoutSession {
  /** Stripe's page, where the customer pays or saves a card. Send the browser there. */
  url: string;
  /** The attempt. Ask for it to learn what became of it. */
  topup_intent_id: string;
  /** Stripe's name for the Checkout Session. */
  session_id: string;
  /** As asked for. */
  mode: "payment" | "setup";
  /** What will be added to the balance; null with mode `setup`. */
  amount_usd: string | null;
  /** Until when the page can be used. */
  expires_at: string;
}

/** What Checkout is opened for. */
export interface CheckoutSessionInput {
  /** `payment` tops up; `setup` saves a card without a charge. */
  mode?: "payment" | "setup" | undefined;
  /** US dollars: 5.00 to 5000.00 in whole cents. Only with mode `payment`, which needs it. */
  amount_usd?: string | number | undefined;
  /** Keep the card for future top-ups. Only with mode `payment`. */
  save_payment_method?: boolean | undefined;
}

/** What was spent in one bucket. */
export interface CostBucket {
  /** The bucket's first instant. */
  ts: string;
  /** Charges less refunds. Negative where more was given back than charged. */
  cost_usd: string;
}

/** A party that owns one balance. */
export interface Customer {
  /** The customer. */
  customer_id: string;
  /** Shown on its pages and invoices. */
  name: string;
  /** In lower case. Whoever proves it at sign-in becomes the customer's owner. */
  email: string;
  /** From a `frozen` or `closed` account nothing new can be spent. */
  status: "active" | "frozen" | "closed";
  /** The balance. Below zero the customer owes. */
  balance_usd: string;
  /** What is reserved by holds. */
  held_usd: string;
  /** What can be spent: the balance less what is held. */
  available_usd: string;
  /** When it was made. */
  created_at: string;
}

/** The customer to make. */
export interface CustomerInput {
  /** Shown on its pages and invoices. */
  name: string;
  /** Where invoices go. Whoever proves this address at sign-in becomes the customer's owner. */
  email: string;
}

/** A page of customers. */
export interface CustomerList {
  /** Newest first. */
  customers: Customer[];
  /** Send it as `cursor` to read on; null on the last page. */
  next_cursor: string | null;
}

/** What every answer says that is not a success. */
export interface ErrorBody {
  /** What went wrong, for programs. Codes never change their meaning. */
  error: "INTERNAL_ERROR" | "INVALID_REQUEST" | "UNAUTHORIZED" | "PAYMENT_REQUIRED" | "FORBIDDEN" | "NOT_FOUND" | "CONFLICT" | "IDEMPOTENCY_CONFLICT" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE";
  /** What went wrong, for people. */
  message: string;
  /** The status of the answer. */
  statusCode: number;
  /** More for programs; its form depends on `error`. */
  details?: InvalidRequestDetails | PaymentRequiredDetails | MissingScopeDetails | ReasonDetails | RefundTooLargeDetails | ServiceUnavailableDetails | undefined;
  /** Name it when you ask us: it finds the log. */
  request_id: string;
}

/** All is well. */
export interface Health {
  /** The only value: anything else is an error. */
  status: "up";
}

/** Money reserved before the work is done. */
export interface Hold {
  /** The hold. */
  hold_id: string;
  /** What is, or was, reserved. */
  amount_usd: string;
  /** When it is given back by itself. */
  expires_at: string | null;
  /** `open` reserves; `captured` became a charge; `released` and `expired` gave the money back. */
  status: "open" | "captured" | "released" | "expired";
  /** What was charged of it; null unless it was captured. */
  captured_usd: string | null;
}

/** How much to reserve, and for how long. */
export interface HoldInput {
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
  /** US dollars: more than zero, at most 1000000.00, with up to 9 decimals. */
  amount_usd: string | number;
  /** Your name for this request. The header `Idempotency-Key` is the same thing; one of the two is needed. */
  idempotency_key?: string | undefined;
  /** How long it reserves, at most a day; then it is given back by itself. */
  expires_in_seconds?: number | undefined;
  /** Shown to the customer in its activity. */
  description?: string | undefined;
  /** Your own words about it, kept with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
}

/** Which fields are wrong, and how. */
export interface InvalidRequestDetails {
  /** Each thing that is wrong. */
  issues: ({
    /** The field, as in `amount_usd` or `charges.3.amount_usd`; empty for the body as a whole. */
    path: string;
    /** What is wrong with it. */
    message: string;
  })[];
}

/** The invoice of a top-up, with what was paid. */
export interface Invoice {
  /** The top-up. */
  topup_intent_id: string;
  /** The invoice's number. */
  number: string | null;
  /** Stripe's page of the invoice. */
  hosted_url: string;
  /** The invoice to be kept. */
  pdf_url: string | null;
  /** `open` waits for the payer, `processing` for the bank. `succeeded` has been credited. What became of the money later is said instead: `disputed`, `refunded`, `partially_refunded`. */
  status: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded";
  /** `auto` when the balance ran low and the saved card was charged. */
  source: "checkout" | "auto";
  /** What is added to the balance; null with mode `setup`. */
  amount_usd: string | null;
  /** Tax on top; null until it is known. */
  tax_usd: string | null;
  /** What was paid; null until it is known. */
  total_usd: string | null;
  /** Null when the payer paid in US dollars. */
  presentment: Presentment | null;
  /** How much of it was sent back. */
  refunded_usd: string;
  /** When it was started. */
  created_at: string;
  /** When it was added to the balance; null before. */
  credited_at: string | null;
}

/** The invoice of a top-up. */
export interface InvoiceLink {
  /** The invoice's number. */
  number: string | null;
  /** Stripe's page of the invoice. */
  hosted_url: string;
  /** The invoice to be kept. */
  pdf_url: string | null;
}

/** A page of invoices. */
export interface InvoiceList {
  /** Newest top-up first. */
  invoices: Invoice[];
  /** Send it as `cursor` to read on; null on the last page. */
  next_cursor: string | null;
}

/** A balance put right by hand, and by whose key. */
export interface ListedAdjustment {
  /** The adjustment. In the customer's records it is the `record_id`. */
  adjustment_id: string;
  /** Whose balance was adjusted. */
  customer_id: string;
  /** What the balance gained; with a minus sign, what it lost. */
  amount_usd: string;
  /** Why. The customer reads it in its activity. */
  reason: string;
  /** When it was recorded. */
  created_at: string;
  /** The balance right after it. */
  balance_after_usd: string;
  /** The key that asked for it. */
  api_key_id: string | null;
}

/** One attempt to add money, or to save a card, without its timeline. */
export interface ListedTopUp {
  /** The top-up. */
  topup_intent_id: string;
  /** `open` waits for the payer, `processing` for the bank. `succeeded` has been credited. What became of the money later is said instead: `disputed`, `refunded`, `partially_refunded`. */
  status: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded";
  /** `auto` when the balance ran low and the saved card was charged. */
  source: "checkout" | "auto";
  /** `setup` saved a card without a charge. */
  mode: "payment" | "setup";
  /** What is added to the balance; null with mode `setup`. */
  amount_usd: string | null;
  /** Tax on top; null until it is known. */
  tax_usd: string | null;
  /** What was paid; null until it is known. */
  total_usd: string | null;
  /** Null when the payer paid in US dollars. */
  presentment: Presentment | null;
  /** The last decline, if there was one. */
  failure: PaymentFailure | null;
  /** Null until there is one. */
  invoice: InvoiceLink | null;
  /** How much of it was sent back. */
  refunded_usd: string;
  /** When it was started. */
  created_at: string;
  /** When it was added to the balance; null before. */
  credited_at: string | null;
}

/** The scope that is missing. */
export interface MissingScopeDetails {
  /** The scope that the key lacks. */
  required_scope: "billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin";
}

/** A key that was made, with its secret. */
export interface NewApiKey {
  /** The key's id. It is no secret. */
  api_key_id: string;
  /** The beginning of the secret, by which its holder recognises it. */
  prefix: string;
  /** What it is for, in your words. */
  name: string;
  /** On whose balance it acts; null for a key of the operator, which acts on all. */
  customer_id: string | null;
  /** What it may do. A `write` is also a `read`. */
  scopes: ("billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin")[];
  /** Whether it is taken now. `revoked` and `expired` keys stay in the list. */
  status: "active" | "expired" | "revoked";
  /** When it was made. */
  created_at: string;
  /** When it was last used, to the minute; null when it never was. */
  last_used_at: string | null;
  /** When it ends; null when it does not end by itself. */
  expires_at: string | null;
  /** When it was revoked; null when it was not. */
  revoked_at: string | null;
  /** The key whose place it took. */
  rolled_from: string | null;
  /** The key that took its place. */
  rolled_to: string | null;
  /** The secret. It is shown here once and cannot be read again: null in the answer to a repeated request. */
  api_key: string | null;
}

/** A document of OpenAPI 3.1. */
export interface OpenApiDocument {
  /** The version of OpenAPI. */
  openapi: string;
}

/** Why a payment did not succeed. */
export interface PaymentFailure {
  /** Stripe's code of the decline. */
  code: string;
  /** In plain words. */
  message: string;
}

/** A saved card. */
export interface PaymentMethod {
  /** Stripe's name for the card. */
  payment_method_id: string;
  /** As Stripe calls it. */
  card_brand: string;
  /** The last four digits. */
  card_last4: string;
  /** The month in which it expires. */
  card_exp_month: number;
  /** The year in which it expires. */
  card_exp_year: number;
  /** Whether it is used unless another one is named. */
  is_default: boolean;
  /** When it was saved. */
  created_at: string;
}

/** The cards that a customer has saved. */
export interface PaymentMethodList {
  /** Newest first. */
  payment_methods: PaymentMethod[];
  /** Send it as `cursor` to read on; null on the last page. */
  next_cursor: string | null;
}

/** How much is missing, and where it can be topped up. */
export interface PaymentRequiredDetails {
  /** What can be spent. */
  available_usd: string;
  /** What the request needs. */
  required_usd: string;
  /** The page where the customer can top up. */
  topup_url: string;
}

/** A page of Stripe's on which a customer manages cards, invoices and billing details. */
export interface PortalSession {
  /** Stripe's page. Send the customer's browser there at once: the address works for minutes. */
  url: string;
}

/** What the payer saw and paid in another currency. */
export interface Presentment {
  /** In the currency's smallest unit, as the payer saw it. */
  amount: number | null;
  /** Three letters, lower case. */
  currency: string;
}

/** All is well. */
export interface Readiness {
  /** The only value: anything else is an error. */
  status: "ready";
}

/** Why this cannot be done. */
export interface ReasonDetails {
  /** Why not, for programs, as in `operator_only`, `account_frozen` or `stripe_setup`. */
  reason: string;
  /** The field that asks for it, where one does, as in `charges.3.overdraft`. */
  path?: string | undefined;
  /** The top-up of the idempotency key, where it has ended. */
  topup_intent_id?: string | undefined;
}

/** Why it is done. */
export interface ReasonInput {
  /** Why, for your own records. */
  reason: string;
}

/** A delivery that was taken. */
export interface ReceivedEvent {
  /** Stored, and its effects committed. */
  received: true;
  /** Stripe's name for the event. */
  event: string;
  /** What it came to: a `duplicate` had been taken before. */
  as: "processed" | "unhandled" | "foreign" | "duplicate";
}

/** One movement of a balance. Records are never changed or removed. */
export interface BillingRecord {
  /** This record. A charge's is its `charge_id`. */
  record_id: string;
  /** `credit` is a top-up, `refund` a charge given back, `stripe_refund` a top-up sent back to the card. */
  type: "credit" | "stripe_refund" | "stripe_refund_reversal" | "dispute" | "dispute_reversal" | "charge" | "refund" | "grant" | "expiry" | "adjustment";
  /** A credit raises the balance, a debit lowers it. */
  direction: "credit" | "debit";
  /** How much; `direction` says which way. */
  amount_usd: string;
  /** The balance right after it. */
  balance_after_usd: string;
  /** In the words of whoever made it. */
  description: string | null;
  /** The top-up of a `credit`. */
  topup_intent_id?: string | undefined;
  /** The charge that this is, or that a `refund` gives back. */
  charge_id?: string | undefined;
  /** The hold that a charge was captured from. */
  hold_id?: string | undefined;
  /** The key that asked for it. */
  api_key_id?: string | undefined;
  /** As the caller sent it. */
  metadata: { [name: string]: string };
  /** When it happened in the world: a payment can be older than its record. */
  occurred_at: string;
  /** When it was recorded. */
  created_at: string;
}

/** A page of records. */
export interface RecordList {
  /** Newest first. */
  records: BillingRecord[];
  /** Send it as `cursor` to read on; null on the last page. */
  next_cursor: string | null;
}

/** How much could still be given back. */
export interface RefundTooLargeDetails {
  /** What is left of the charge. */
  refundable_usd: string;
}

/** Whose hold to give back. */
export interface ReleaseInput {
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
}

/** How to revoke. */
export interface RevokeApiKeyInput {
  /** Also when it is the last usable key with the scope `admin`. */
  force?: boolean | undefined;
  /** Why, for your own records. */
  reason?: string | undefined;
}

/** How to roll. */
export interface RollApiKeyInput {
  /** How long the old key stays valid. With 0 nothing takes it any more once this has answered. */
  grace_seconds?: number | undefined;
  /** When the new key ends. Left out, it lives as long as the old one was made for. */
  expires_at?: string | undefined;
}

/** A key that takes the place of another one, with its secret. */
export interface RolledApiKey {
  /** The key's id. It is no secret. */
  api_key_id: string;
  /** The beginning of the secret, by which its holder recognises it. */
  prefix: string;
  /** What it is for, in your words. */
  name: string;
  /** On whose balance it acts; null for a key of the operator, which acts on all. */
  customer_id: string | null;
  /** What it may do. A `write` is also a `read`. */
  scopes: ("billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin")[];
  /** Whether it is taken now. `revoked` and `expired` keys stay in the list. */
  status: "active" | "expired" | "revoked";
  /** When it was made. */
  created_at: string;
  /** When it was last used, to the minute; null when it never was. */
  last_used_at: string | null;
  /** When it ends; null when it does not end by itself. */
  expires_at: string | null;
  /** When it was revoked; null when it was not. */
  revoked_at: string | null;
  /** The key whose place it took. */
  rolled_from: string | null;
  /** The key that took its place. */
  rolled_to: string | null;
  /** The secret. It is shown here once and cannot be read again: null in the answer to a repeated request. */
  api_key: string | null;
  /** Until when the key whose place it takes is taken beside it. */
  previous_expires_at: string;
}

/** Why this cannot be done now. */
export interface ServiceUnavailableDetails {
  /** What does not answer. A request that moves money may have been executed all the same: send it again with the same idempotency key. */
  reason: "busy" | "database_unavailable" | "stripe_setup" | "stripe_unavailable";
}

/** One thing that happened to a top-up. */
export interface TimelineEntry {
  /** When. */
  at: string;
  /** What happened, for programs. */
  what: string;
  /** Stripe's name of what it is about. */
  reference: string | null;
}

/** One attempt to add money, or to save a card. */
export interface TopUp {
  /** The top-up. */
  topup_intent_id: string;
  /** `open` waits for the payer, `processing` for the bank. `succeeded` has been credited. What became of the money later is said instead: `disputed`, `refunded`, `partially_refunded`. */
  status: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded";
  /** `auto` when the balance ran low and the saved card was charged. */
  source: "checkout" | "auto";
  /** `setup` saved a card without a charge. */
  mode: "payment" | "setup";
  /** What is added to the balance; null with mode `setup`. */
  amount_usd: string | null;
  /** Tax on top; null until it is known. */
  tax_usd: string | null;
  /** What was paid; null until it is known. */
  total_usd: string | null;
  /** Null when the payer paid in US dollars. */
  presentment: Presentment | null;
  /** The last decline, if there was one. */
  failure: PaymentFailure | null;
  /** Null until there is one. */
  invoice: InvoiceLink | null;
  /** How much of it was sent back. */
  refunded_usd: string;
  /** When it was started. */
  created_at: string;
  /** When it was added to the balance; null before. */
  credited_at: string | null;
  /** Oldest first. */
  timeline: TimelineEntry[];
}

/** A page of top-ups. */
export interface TopUpList {
  /** Newest first. */
  topups: ListedTopUp[];
  /** Send it as `cursor` to read on; null on the last page. */
  next_cursor: string | null;
}

/** What was spent, bucket by bucket. */
export interface UsageCost {
  /** The period that was asked for. */
  period: "hour" | "day" | "week" | "month";
  /** How long each bucket is. */
  bucket: "minute" | "hour" | "day";
  /** Every bucket of the period, oldest first, empty ones included. The last one is not over yet. */
  data: CostBucket[];
}

/** A sum of one type. */
export interface UsageTotal {
  /** What is counted. */
  type: "charge" | "refund";
  /** How many. */
  count: number;
  /** How much altogether; for refunds, how much was given back. */
  amount_usd: string;
}

/** A sum of one type and one API key. */
export interface UsageTotalOfKey {
  /** The key that spent; null where none did. */
  api_key_id: string | null;
  /** What is counted. */
  type: "charge" | "refund";
  /** How many. */
  count: number;
  /** How much altogether; for refunds, how much was given back. */
  amount_usd: string;
}

/** What was charged and given back in a span of time. */
export interface UsageTotals {
  /** The span's first instant. */
  from: string;
  /** The instant at which the span ends, not included. */
  to: string;
  /** One sum for each type, also when there was nothing. */
  totals: UsageTotal[];
  /** One sum for each key and type that occurred. */
  by_key: UsageTotalOfKey[];
}

/** Start a top-up, or the saving of a card, and get the address of its Checkout page: what it takes. */
export interface CreateCheckoutSessionParams {
  /** `payment` tops up; `setup` saves a card without a charge. */
  mode?: "payment" | "setup" | undefined;
  /** US dollars: 5.00 to 5000.00 in whole cents. Only with mode `payment`, which needs it. */
  amount_usd?: string | number | undefined;
  /** Keep the card for future top-ups. Only with mode `payment`. */
  save_payment_method?: boolean | undefined;
}

/** List top-ups, newest first: what it takes. */
export interface ListTopUpsParams {
  /** `payment` added money or tried to, `setup` saved a card; `all` is both. */
  mode?: "payment" | "setup" | "all" | undefined;
  /** Only attempts that are shown with this status. */
  status?: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded" | undefined;
  /** How many to answer, 1 to 100. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. Repeat the filters: the cursor does not carry them. */
  cursor?: string | undefined;
}

/** Read one top-up with its timeline: what it takes. */
export interface GetTopUpParams {
  /** The id of the top-up. */
  topup_intent_id: string;
}

/** List the saved cards, newest first: what it takes. */
export interface ListPaymentMethodsParams {
  /** How many to answer, 1 to 100. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. Repeat the filters: the cursor does not carry them. */
  cursor?: string | undefined;
}

/** Make a saved card the default: what it takes. */
export interface SetDefaultPaymentMethodParams {
  /** Stripe's name for the card. */
  payment_method_id: string;
}

/** Remove a saved card: what it takes. */
export interface RemovePaymentMethodParams {
  /** Stripe's name for the card. */
  payment_method_id: string;
}

/** List invoices, newest top-up first: what it takes. */
export interface ListInvoicesParams {
  /** How many to answer, 1 to 100. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. Repeat the filters: the cursor does not carry them. */
  cursor?: string | undefined;
}

/** List everything that moved the balance, newest first: what it takes. */
export interface ListRecordsParams {
  /** Only these types, separated by commas. All when it is left out. */
  type?: ("credit" | "stripe_refund" | "stripe_refund_reversal" | "dispute" | "dispute_reversal" | "charge" | "refund" | "grant" | "expiry" | "adjustment")[] | undefined;
  /** How many to answer, 1 to 100. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. Repeat the filters: the cursor does not carry them. */
  cursor?: string | undefined;
}

/** Charge a balance for work done: what it takes. */
export interface CreateChargeParams {
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
  /** US dollars: more than zero, at most 1000000.00, with up to 9 decimals. */
  amount_usd: string | number;
  /** Your name for this request. The header `Idempotency-Key` is the same thing; one of the two is needed. */
  idempotency_key?: string | undefined;
  /** Shown to the customer in its activity. */
  description?: string | undefined;
  /** Your own words about it, kept with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
  /** Records work already done even below zero. Only for the operator. */
  overdraft?: "allow" | undefined;
}

/** Charge up to 1,000 items, each with a result of its own: what it takes. */
export interface CreateChargeBatchParams {
  /** What to charge. Each item needs an `idempotency_key` of its own. */
  charges: ChargeInput[];
}

/** Give a charge back to the balance, in part or in full: what it takes. */
export interface RefundChargeParams {
  /** The id of the charge. */
  charge_id: string;
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
  /** All that is left of the charge when it is left out. */
  amount_usd?: string | number | undefined;
  /** Your name for this request. The header `Idempotency-Key` is the same thing; one of the two is needed. */
  idempotency_key?: string | undefined;
  /** Shown to the customer in its activity. */
  description?: string | undefined;
  /** Your own words about it, kept with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
}

/** Reserve money before the work is done: what it takes. */
export interface CreateHoldParams {
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
  /** US dollars: more than zero, at most 1000000.00, with up to 9 decimals. */
  amount_usd: string | number;
  /** Your name for this request. The header `Idempotency-Key` is the same thing; one of the two is needed. */
  idempotency_key?: string | undefined;
  /** How long it reserves, at most a day; then it is given back by itself. */
  expires_in_seconds?: number | undefined;
  /** Shown to the customer in its activity. */
  description?: string | undefined;
  /** Your own words about it, kept with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
}

/** Charge what was held, in part, in full, or more if that is available: what it takes. */
export interface CaptureHoldParams {
  /** The id of the hold. */
  hold_id: string;
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
  /** All that was held when it is left out. */
  amount_usd?: string | number | undefined;
}

/** Give a hold back: what it takes. */
export interface ReleaseHoldParams {
  /** The id of the hold. */
  hold_id: string;
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
}

/** Read a hold: what it takes. */
export interface GetHoldParams {
  /** The id of the hold. */
  hold_id: string;
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
}

/** Sum charges and refunds of a span of time, by type and by API key: what it takes. */
export interface GetUsageParams {
  /** Included. Cut down to a whole minute. Default: the first instant of the UTC month in which the span ends. */
  from?: string | undefined;
  /** Not included. Cut down to a whole minute, at most 366 days after `from`. Default: the end of the current minute. */
  to?: string | undefined;
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
}

/** Read what was spent, bucket by bucket: what it takes. */
export interface GetUsageCostParams {
  /** The last 60 minutes, 24 hours, 7 days or 30 days of UTC, the current one included. */
  period: "hour" | "day" | "week" | "month";
  /** Needed with a key of the operator; a customer's key acts on its own. */
  customer_id?: string | undefined;
}

/** Make a customer with a balance of zero: what it takes. */
export interface CreateCustomerParams {
  /** Shown on its pages and invoices. */
  name: string;
  /** Where invoices go. Whoever proves this address at sign-in becomes the customer's owner. */
  email: string;
}

/** List customers with their balances, newest first: what it takes. */
export interface ListCustomersParams {
  /** Only customers that carry this address. */
  email?: string | undefined;
  /** How many to answer, 1 to 100. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. Repeat the filters: the cursor does not carry them. */
  cursor?: string | undefined;
}

/** Look up a customer with its balance: what it takes. */
export interface GetCustomerParams {
  /** The id of the customer. */
  customer_id: string;
}

/** Stop a customer's spending: what it takes. */
export interface FreezeCustomerParams {
  /** The id of the customer. */
  customer_id: string;
  /** Why, for your own records. */
  reason: string;
}

/** Let a customer spend again: what it takes. */
export interface UnfreezeCustomerParams {
  /** The id of the customer. */
  customer_id: string;
  /** Why, for your own records. */
  reason: string;
}

/** Make a one-time link into a customer's billing page: what it takes. */
export interface CreateBillingLinkParams {
  /** The id of the customer. */
  customer_id: string;
  /** Who comes in. Send the address of the person whom your product has signed in; left out, it is the customer's own. */
  email?: string | undefined;
  /** Where the link leads: `/billing`, or a path below it with a query. */
  return_path?: string | undefined;
}

/** Put a balance right by hand: what it takes. */
export interface CreateAdjustmentParams {
  /** Whose balance to adjust. */
  customer_id: string;
  /** What the balance gains; with a minus sign, what it loses. Not zero, at most 1000000.00 either way, with up to 9 decimals. */
  amount_usd: string | number;
  /** Why. The customer reads it in its activity. */
  reason: string;
  /** Your name for this request. The header `Idempotency-Key` is the same thing; one of the two is needed. */
  idempotency_key?: string | undefined;
  /** Takes the amount even where less is available. */
  overdraft?: "allow" | undefined;
}

/** List adjustments, newest first: what it takes. */
export interface ListAdjustmentsParams {
  /** Only the adjustments of this customer. */
  customer_id?: string | undefined;
  /** How many to answer, 1 to 100. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. Repeat the filters: the cursor does not carry them. */
  cursor?: string | undefined;
}

/** Make an API key for a customer or for the operator: what it takes. */
export interface CreateApiKeyParams {
  /** On whose balance it acts. Null makes a key of the operator, which acts on all. */
  customer_id: string | null;
  /** What it is for, in your words. */
  name: string;
  /** What it may do: for a customer `billing:read`, `billing:write`, `usage:read`, `usage:write`; for the operator `usage:read`, `usage:write`, `admin`. All of its kind when left out. */
  scopes?: ("billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin")[] | undefined;
  /** When it ends. Left out, it does not end by itself. */
  expires_at?: string | undefined;
}

/** List API keys, newest first: what it takes. */
export interface ListApiKeysParams {
  /** Only the keys of this customer. */
  customer_id?: string | undefined;
  /** How many to answer, 1 to 100. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. Repeat the filters: the cursor does not carry them. */
  cursor?: string | undefined;
}

/** Look up an API key: what it takes. */
export interface GetApiKeyParams {
  /** The id of the API key. */
  api_key_id: string;
}

/** Replace an API key by a new one: what it takes. */
export interface RollApiKeyParams {
  /** The id of the API key. */
  api_key_id: string;
  /** How long the old key stays valid. With 0 nothing takes it any more once this has answered. */
  grace_seconds?: number | undefined;
  /** When the new key ends. Left out, it lives as long as the old one was made for. */
  expires_at?: string | undefined;
}

/** End an API key at once: what it takes. */
export interface RevokeApiKeyParams {
  /** The id of the API key. */
  api_key_id: string;
  /** Also when it is the last usable key with the scope `admin`. */
  force?: boolean | undefined;
  /** Why, for your own records. */
  reason?: string | undefined;
}

/** Brim's API: one method for each call. */
export class Brim extends Caller {
  /**
   * Start a top-up, or the saving of a card, and get the address of its Checkout page.
   *
   * Send the customer's browser to `url`. The balance changes when Stripe confirms the payment, and not before: ask `GET /billing/topups/{topup_intent_id}` what became of it.
   *
   * The same idempotency key answers with the same page. Once that has expired or failed the answer is 409 with the reason `topup_expired`, `topup_failed` or `topup_canceled`: start a new top-up with a new key. Mode `setup` saves a card without a charge.
   *
   * Needs a key of a customer with the scope `billing:write`.
   */
  createCheckoutSession(input?: CreateCheckoutSessionParams, options?: KeyedCallOptions): Promise<CheckoutSession> {
    return this.call({ method: "POST", path: "/api/v1/billing/checkout-session", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * Read the balance.
   *
   * Always exact: it counts everything that was answered before the request was sent.
   *
   * Needs a key of a customer with the scope `billing:read`.
   */
  getBalance(options?: CallOptions): Promise<Balance> {
    return this.call({ method: "GET", path: "/api/v1/billing/balance" }, {}, options);
  }

  /**
   * List top-ups, newest first.
   *
   * Every attempt as we know it, also those that failed or expired. Asking for one of them also looks at Stripe and tells its timeline.
   *
   * Needs a key of a customer with the scope `billing:read`.
   */
  readonly listTopUps: ListCall<ListTopUpsParams, TopUpList, ListedTopUp> = this.list({ method: "GET", path: "/api/v1/billing/topups" }, "topups");

  /**
   * Read one top-up with its timeline.
   *
   * While the attempt is undecided this also looks at Stripe, at most every few seconds, so that a late notification does not keep the customer waiting.
   *
   * Needs a key of a customer with the scope `billing:read`.
   */
  getTopUp(input: GetTopUpParams, options?: CallOptions): Promise<TopUp> {
    return this.call({ method: "GET", path: "/api/v1/billing/topups/{topup_intent_id}" }, input, options);
  }

  /**
   * List the saved cards, newest first.
   *
   * All that can be charged. A card that was saved twice is there once.
   *
   * Needs a key of a customer with the scope `billing:read`.
   */
  readonly listPaymentMethods: ListCall<ListPaymentMethodsParams, PaymentMethodList, PaymentMethod> = this.list({ method: "GET", path: "/api/v1/billing/payment-methods" }, "payment_methods");

  /**
   * Make a saved card the default.
   *
   * The default is used unless another card is named. Doing it again changes nothing.
   *
   * Needs a key of a customer with the scope `billing:write`.
   */
  setDefaultPaymentMethod(input: SetDefaultPaymentMethodParams, options?: CallOptions): Promise<PaymentMethod> {
    return this.call({ method: "POST", path: "/api/v1/billing/payment-methods/{payment_method_id}/default", isRepeatable: true }, input, options);
  }

  /**
   * Remove a saved card.
   *
   * Removes it at Stripe, so that it cannot be charged any more, and here; a card that was saved twice goes as a whole. Removing it again changes nothing. A default that is removed is not replaced by another card.
   *
   * Needs a key of a customer with the scope `billing:write`.
   */
  removePaymentMethod(input: RemovePaymentMethodParams, options?: CallOptions): Promise<void> {
    return this.call({ method: "DELETE", path: "/api/v1/billing/payment-methods/{payment_method_id}" }, input, options);
  }

  /**
   * Open Stripe's portal, where a customer manages cards, invoices and billing details.
   *
   * Make one when the customer presses a button, and send the browser to `url`: whoever holds the address is let in. The portal adds and removes cards, chooses the default, shows invoices, and changes name, e-mail, address and tax id; then it leads back to the billing page.
   *
   * What was changed is in `GET /billing/payment-methods` a moment later, when Stripe has told us. 503 with the reason `stripe_setup` means that the operator must correct the settings.
   *
   * Needs a key of a customer with the scope `billing:write`.
   */
  createPortalSession(options?: CallOptions): Promise<PortalSession> {
    return this.call({ method: "POST", path: "/api/v1/billing/portal-session" }, {}, options);
  }

  /**
   * List invoices, newest top-up first.
   *
   * One for each top-up that has an invoice, with Stripe's page of it and the PDF. Stripe may make it a moment after the credit: then it appears here at the place of its top-up, as soon as Stripe has told us.
   *
   * Needs a key of a customer with the scope `billing:read`.
   */
  readonly listInvoices: ListCall<ListInvoicesParams, InvoiceList, Invoice> = this.list({ method: "GET", path: "/api/v1/billing/invoices" }, "invoices");

  /**
   * List everything that moved the balance, newest first.
   *
   * Top-ups, charges, refunds and everything else that changed the balance, with the balance after each. Records are never changed: what is added while you read on moves nothing.
   *
   * Needs a key of a customer with the scope `billing:read`.
   */
  readonly listRecords: ListCall<ListRecordsParams, RecordList, BillingRecord> = this.list({ method: "GET", path: "/api/v1/billing/records" }, "records");

  /**
   * Charge a balance for work done.
   *
   * Takes the whole amount or nothing. Send the same `idempotency_key` again after a timeout: the charge is made once, and the answer is the first one's.
   *
   * When less is available, the answer is 402 with `topup_url`, the page where the customer can top up. Nothing was charged, and the same key can be used again afterwards.
   *
   * Needs a key of a customer or of the operator with the scope `usage:write`.
   */
  createCharge(input: CreateChargeParams, options?: KeyedCallOptions): Promise<Charge> {
    return this.call({ method: "POST", path: "/api/v1/usage/charges", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * Charge up to 1,000 items, each with a result of its own.
   *
   * Every item has a result of its own, in the order of the request: the batch as a whole is 200 also when items were refused. An item that is malformed refuses the whole batch, and then nothing was charged.
   *
   * Send the same batch again after a timeout: items that were charged say `replayed`.
   *
   * Needs a key of a customer or of the operator with the scope `usage:write`.
   */
  createChargeBatch(input: CreateChargeBatchParams, options?: CallOptions): Promise<BatchResults> {
    return this.call({ method: "POST", path: "/api/v1/usage/charges/batch", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Give a charge back to the balance, in part or in full.
   *
   * Only the operator may. Several refunds of one charge are possible, together at most the charge; more is 409 with `refundable_usd`.
   *
   * Needs a key of a customer or of the operator with the scope `usage:write`.
   */
  refundCharge(input: RefundChargeParams, options?: KeyedCallOptions): Promise<ChargeRefund> {
    return this.call({ method: "POST", path: "/api/v1/usage/charges/{charge_id}/refund", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * Reserve money before the work is done.
   *
   * What is held is not available to anything else. Capture it when the work is done, or release it; what is neither is given back by itself.
   *
   * Needs a key of a customer or of the operator with the scope `usage:write`.
   */
  createHold(input: CreateHoldParams, options?: KeyedCallOptions): Promise<Hold> {
    return this.call({ method: "POST", path: "/api/v1/usage/holds", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * Charge what was held, in part, in full, or more if that is available.
   *
   * Without `amount_usd` all that was held is charged. Less gives the rest back; more is taken from what is available, or nothing happens and the answer is 402.
   *
   * The same capture again answers the same. It needs no idempotency key: a hold is captured once.
   *
   * Needs a key of a customer or of the operator with the scope `usage:write`.
   */
  captureHold(input: CaptureHoldParams, options?: CallOptions): Promise<CapturedHold> {
    return this.call({ method: "POST", path: "/api/v1/usage/holds/{hold_id}/capture", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Give a hold back.
   *
   * Nothing is charged. A hold that was released or has expired stays as it is; one that was captured is 409.
   *
   * Needs a key of a customer or of the operator with the scope `usage:write`.
   */
  releaseHold(input: ReleaseHoldParams, options?: CallOptions): Promise<Hold> {
    return this.call({ method: "POST", path: "/api/v1/usage/holds/{hold_id}/release", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Read a hold.
   *
   * How a hold stands, and what was charged of it.
   *
   * Needs a key of a customer or of the operator with the scope `usage:read`.
   */
  getHold(input: GetHoldParams, options?: CallOptions): Promise<Hold> {
    return this.call({ method: "GET", path: "/api/v1/usage/holds/{hold_id}" }, input, options);
  }

  /**
   * Sum charges and refunds of a span of time, by type and by API key.
   *
   * Sums go by the time of recording: by default the current UTC month so far. Both ends are cut down to whole minutes and told in the answer. A charge counts from the moment it was answered.
   *
   * Needs a key of a customer or of the operator with the scope `usage:read`.
   */
  getUsage(input?: GetUsageParams, options?: CallOptions): Promise<UsageTotals> {
    return this.call({ method: "GET", path: "/api/v1/usage" }, input, options);
  }

  /**
   * Read what was spent, bucket by bucket.
   *
   * Cost is charges less refunds, each at its own time, so a bucket can be negative. Buckets are minutes for an hour, hours for a day, days for a week or a month; all in UTC, empty ones included.
   *
   * Needs a key of a customer or of the operator with the scope `usage:read`.
   */
  getUsageCost(input: GetUsageCostParams, options?: CallOptions): Promise<UsageCost> {
    return this.call({ method: "GET", path: "/api/v1/usage/cost" }, input, options);
  }

  /**
   * Make a customer with a balance of zero.
   *
   * Several customers may carry the same e-mail address, as when a person has two companies. So send an `Idempotency-Key`: without one, the same request again makes a second customer.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  createCustomer(input: CreateCustomerParams, options?: KeyedCallOptions): Promise<Customer> {
    return this.call({ method: "POST", path: "/api/v1/admin/customers", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * List customers with their balances, newest first.
   *
   * All of them, or those that carry an e-mail address.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  readonly listCustomers: ListCall<ListCustomersParams, CustomerList, Customer> = this.list({ method: "GET", path: "/api/v1/admin/customers" }, "customers");

  /**
   * Look up a customer with its balance.
   *
   * The balance is exact: it counts everything that was answered before the request was sent.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  getCustomer(input: GetCustomerParams, options?: CallOptions): Promise<Customer> {
    return this.call({ method: "GET", path: "/api/v1/admin/customers/{customer_id}" }, input, options);
  }

  /**
   * Stop a customer's spending.
   *
   * New charges and holds are refused with 403 until it is unfrozen. Money still arrives, what was held can be captured, and charges with `overdraft: allow` are still recorded. A second time changes nothing.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  freezeCustomer(input: FreezeCustomerParams, options?: CallOptions): Promise<Customer> {
    return this.call({ method: "POST", path: "/api/v1/admin/customers/{customer_id}/freeze", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Let a customer spend again.
   *
   * Whoever froze it. An account that was frozen because its books do not add up is frozen again by the next daily check, unless they do by then.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  unfreezeCustomer(input: UnfreezeCustomerParams, options?: CallOptions): Promise<Customer> {
    return this.call({ method: "POST", path: "/api/v1/admin/customers/{customer_id}/unfreeze", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Make a one-time link into a customer's billing page.
   *
   * For a button in your own product: make a link when it is pressed, and send the browser there. Nobody has to sign in again.
   *
   * It can be used once and for ten minutes. It opens a session for this customer alone, whatever other customers the person belongs to, and makes the person a member: the owner with the customer's own address, otherwise with the role `billing`. Who is a member already keeps the role.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  createBillingLink(input: CreateBillingLinkParams, options?: CallOptions): Promise<BillingLink> {
    return this.call({ method: "POST", path: "/api/v1/admin/customers/{customer_id}/billing-link", hasBody: true }, input, options);
  }

  /**
   * Put a balance right by hand.
   *
   * Raises or lowers a balance without a payment, also of a frozen account. It never takes more than is available, unless `overdraft` says so. To give a charge back, refund the charge instead.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  createAdjustment(input: CreateAdjustmentParams, options?: KeyedCallOptions): Promise<Adjustment> {
    return this.call({ method: "POST", path: "/api/v1/admin/adjustments", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * List adjustments, newest first.
   *
   * Of all customers or of one, each with the key that asked for it.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  readonly listAdjustments: ListCall<ListAdjustmentsParams, AdjustmentList, ListedAdjustment> = this.list({ method: "GET", path: "/api/v1/admin/adjustments" }, "adjustments");

  /**
   * Make an API key for a customer or for the operator.
   *
   * The secret is in `api_key`, once. The same `Idempotency-Key` again answers with the same key and `api_key: null`: if the first answer was lost, revoke that key and make another one.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  createApiKey(input: CreateApiKeyParams, options?: KeyedCallOptions): Promise<NewApiKey> {
    return this.call({ method: "POST", path: "/api/v1/admin/api-keys", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * List API keys, newest first.
   *
   * Those of all customers and of the operator, also keys that were revoked or have expired. Never a secret.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  readonly listApiKeys: ListCall<ListApiKeysParams, ApiKeyList, ApiKey> = this.list({ method: "GET", path: "/api/v1/admin/api-keys" }, "api_keys");

  /**
   * Look up an API key.
   *
   * Everything that is known of it but its secret, which is not stored.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  getApiKey(input: GetApiKeyParams, options?: CallOptions): Promise<ApiKey> {
    return this.call({ method: "GET", path: "/api/v1/admin/api-keys/{api_key_id}" }, input, options);
  }

  /**
   * Replace an API key by a new one.
   *
   * The new key has the same customer, name and scopes; the old one stays valid for a time of grace, so that programs can be changed over. A key is rolled once.
   *
   * The secret is in `api_key`, once. The same `Idempotency-Key` again answers with the same key and `api_key: null`: if the first answer was lost, revoke that key and make another one.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  rollApiKey(input: RollApiKeyParams, options?: KeyedCallOptions): Promise<RolledApiKey> {
    return this.call({ method: "POST", path: "/api/v1/admin/api-keys/{api_key_id}/roll", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * End an API key at once.
   *
   * Once this has answered, no process takes the key any more. A second time changes nothing. The last usable key with the scope `admin` is only ended with `force: true`.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  revokeApiKey(input: RevokeApiKeyParams, options?: CallOptions): Promise<ApiKey> {
    return this.call({ method: "POST", path: "/api/v1/admin/api-keys/{api_key_id}/revoke", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Say that the process is up.
   *
   * Asks nothing else: for a supervisor that restarts what does not answer.
   */
  getHealth(options?: CallOptions): Promise<Health> {
    return this.call({ method: "GET", path: "/api/v1/health" }, {}, options);
  }

  /**
   * Say whether database, migrations and a worker are there.
   *
   * 503 when the database does not answer, migrations are missing, or no worker was heard for a minute. What it says is up to a second old.
   */
  getReady(options?: CallOptions): Promise<Readiness> {
    return this.call({ method: "GET", path: "/api/v1/ready" }, {}, options);
  }

  /**
   * Read metrics for Prometheus.
   *
   * Of this process: how long requests took, by operation and status, and its resources. Of the installation: balances that do not add up, stuck top-ups, failed events, waiting jobs, open alerts.
   *
   * Needs a key of the operator with the scope `admin`.
   */
  getMetrics(options?: CallOptions): Promise<string> {
    return this.call({ method: "GET", path: "/api/v1/metrics", isText: true }, {}, options);
  }

  /**
   * Read this document.
   *
   * The whole API as OpenAPI 3.1, built from what checks the requests. Made for programs; people read `/docs/api`.
   */
  getOpenApiDocument(options?: CallOptions): Promise<OpenApiDocument> {
    return this.call({ method: "GET", path: "/api/v1/openapi.json" }, {}, options);
  }
}
