// Written by `npm run generate:client` from the OpenAPI document. Changes here are lost.
import { Caller, type ListCall } from "../caller";
import type { CallOptions, KeyedCallOptions } from "../options";

/** A manual correction of a balance. */
export interface Adjustment {
  /** The id of the adjustment. It is the `record_id` in the customer's records. */
  adjustment_id: string;
  /** The customer whose balance was adjusted. */
  customer_id: string;
  /** The amount added to the balance, or subtracted if negative. */
  amount_usd: string;
  /** The reason. The customer sees it in their activity. */
  reason: string;
  /** When the adjustment was recorded. */
  created_at: string;
  /** The balance after the adjustment. */
  balance_usd: string;
  /** The available amount after the adjustment: the balance minus holds. */
  available_usd: string;
}

/** The adjustment to make. */
export interface AdjustmentInput {
  /** The customer whose balance to adjust. */
  customer_id: string;
  /** The amount to add to the balance, or to subtract if negative. Not zero, at most 1000000.00 either way, with up to 9 decimals. */
  amount_usd: string | number;
  /** The reason. The customer sees it in their activity. */
  reason: string;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
  /** Allows the balance to go below zero. */
  overdraft?: "allow" | undefined;
}

/** A page of adjustments. */
export interface AdjustmentList {
  /** Newest first. */
  adjustments: ListedAdjustment[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** A problem that needs a person. */
export interface Alert {
  /** The id of the alert. */
  alert_id: string;
  /** The customer. Null if it concerns the whole installation. */
  customer_id: string | null;
  /** What kind of problem it is. */
  kind: string;
  /** The id of the payment, top-up or other object that it is about. */
  subject_id: string;
  /** What happened. */
  message: string;
  /** The facts that a person needs, by name. */
  details: { [name: string]: string | number | null };
  /** The status. */
  status: "open" | "resolved";
  /** When it was raised, or raised again. */
  created_at: string;
  /** When it was resolved. Null while it is open. */
  resolved_at: string | null;
}

/** A page of alerts. */
export interface AlertList {
  /** Newest first. */
  alerts: Alert[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** Why the alert is resolved. */
export interface AlertResolutionInput {
  /** What was done, for the audit log. */
  reason: string;
}

/** An API key, without its secret. */
export interface ApiKey {
  /** The id of the API key. It is not secret. */
  api_key_id: string;
  /** The first characters of the secret, to help identify it. */
  prefix: string;
  /** A name that you chose. */
  name: string;
  /** The key's customer. Null for an operator key. */
  customer_id: string | null;
  /** The key's scopes. A `write` scope includes `read`. */
  scopes: ("billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin")[];
  /** Whether the key is accepted. `revoked` and `expired` keys remain in the list. */
  status: "active" | "expired" | "revoked";
  /** When the key was created. */
  created_at: string;
  /** When the key was last used, to the minute. Null if it was never used. */
  last_used_at: string | null;
  /** When the key expires. Null if it does not. */
  expires_at: string | null;
  /** When the key was revoked. Null if it was not. */
  revoked_at: string | null;
  /** The key that this one replaced. */
  rolled_from: string | null;
  /** The key that replaced this one. */
  rolled_to: string | null;
}

/** The API key to create. */
export interface ApiKeyInput {
  /** The customer that the key acts for. Null creates an operator key. */
  customer_id: string | null;
  /** A name to recognize the key by. */
  name: string;
  /** The key's scopes. A customer key can have `billing:read`, `billing:write`, `usage:read` and `usage:write`; an operator key `usage:read`, `usage:write` and `admin`. Defaults to all of them. */
  scopes?: ("billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin")[] | undefined;
  /** When the key expires. By default it does not. */
  expires_at?: string | undefined;
}

/** A page of API keys. */
export interface ApiKeyList {
  /** Newest first. */
  api_keys: ApiKey[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** When the saved card is charged automatically, and why not. */
export interface AutoTopUp {
  /** Whether the card is charged when the balance runs low. */
  enabled: boolean;
  /** The card is charged when less than this is available. */
  threshold_usd: string | null;
  /** The amount added to the balance. Tax comes on top. */
  amount_usd: string | null;
  /** The most that the card pays in a calendar month (UTC), including tax. */
  monthly_cap_usd: string | null;
  /** The most that the card pays within 24 hours, including tax. */
  daily_cap_usd: string | null;
  /** The maximum number of charges within 24 hours. */
  daily_cap_count: number;
  /** The card that is charged. */
  payment_method_id: string | null;
  /** Cards are charged in US dollars. */
  currency: "usd";
  /** Why it is disabled. Null while enabled, or if the customer disabled it. */
  disabled_reason: "payment_method_detached" | "payment_method_expired" | "card_declined" | "card_brand_changed" | "authentication_required" | "address_required" | "dispute_opened" | "fraud_warning" | "balance_reversed" | "customer_balance" | "stripe_setup" | "paused_by_operator" | null;
  /** What counts against the monthly cap, including tax. */
  month_used_usd: string;
  /** What counts against the daily cap, including tax. */
  day_used_usd: string;
  /** The number of charges that count against the daily cap. */
  day_used_count: number;
  /** The daily cap while the customer allows more, or null. */
  raised_daily_cap_usd: string | null;
  /** Null before auto top-up was first enabled. */
  consent: AutoTopUpConsent | null;
  /** The last evaluation, or null. */
  last_decision: AutoTopUpDecision | null;
  /** The automatic top-up that is not finished yet, or null. */
  topup_intent_id: string | null;
  /** The amount, without tax, that enabling would charge at once because the balance is already below the threshold. Null otherwise. Tell the customer before enabling. */
  charges_now_usd: string | null;
  next_action: NextAction;
}

/** The customer's consent to the current terms. */
export interface AutoTopUpConsent {
  /** When it was given. */
  at: string;
  /** The id of the user or API key that gave it. */
  by: string;
}

/** What an evaluation of auto top-up decided, and why. */
export interface AutoTopUpDecision {
  /** The id of the decision. */
  decision_id: string;
  /** `fired` if the card was charged, otherwise why not. */
  outcome: "fired" | "disabled" | "paused_by_operator" | "frozen" | "above_threshold" | "in_flight" | "no_consent" | "no_card" | "idle" | "cooldown" | "monthly_cap" | "daily_cap" | "address_required";
  /** The outcome in words, for the customer. */
  message: string;
  /** The top-up that was started, or null. */
  topup_intent_id: string | null;
  /** What was available. */
  available_usd: string;
  /** The threshold at that time. */
  threshold_usd: string | null;
  /** The amount of the rule at that time. */
  amount_usd: string | null;
  /** What counted against the monthly cap. */
  month_used_usd: string;
  /** What counted against the daily cap. */
  day_used_usd: string;
  /** The number of charges that counted against the daily cap. */
  day_used_count: number;
  /** When what prevented a charge ends. Null if that is unknown. */
  next_evaluation_at: string | null;
  /** How many evaluations in a row had this outcome. */
  count: number;
  /** The first of these evaluations. */
  first_at: string;
  /** The latest of these evaluations. */
  last_at: string;
}

/** A page of auto top-up decisions. */
export interface AutoTopUpDecisionList {
  /** Newest first. */
  decisions: AutoTopUpDecision[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** The settings to change. Fields that are left out stay as they are. */
export interface AutoTopUpInput {
  /** Enabling requires a threshold, an amount, a monthly cap and a saved card. */
  enabled?: boolean | undefined;
  /** From 5.00 to 5000.00, and lower than the amount. */
  threshold_usd?: string | number | undefined;
  /** From 5.00 to 5000.00. */
  amount_usd?: string | number | undefined;
  /** Including tax. At least the amount, at most 1000000.00. */
  monthly_cap_usd?: string | number | undefined;
  /** Including tax. At least the amount. Null for the default, four times the amount. */
  daily_cap_usd?: string | number | null | undefined;
  /** Defaults to 3. */
  daily_cap_count?: number | undefined;
  /** A card saved for automatic charges. Defaults to the default card. */
  payment_method_id?: string | undefined;
}

/** The operator's pause of automatic charges. */
export interface AutoTopUpPause {
  /** The customer. Null if it concerns all customers. */
  customer_id: string | null;
  /** Whether automatic charges are paused by the operator. */
  paused: boolean;
  /** The reason, or null. */
  reason: string | null;
  /** Since when, or null. */
  paused_at: string | null;
}

/** A customer's balance, and how much of it can be spent. */
export interface Balance {
  /** The customer. */
  customer_id: string;
  /** The balance. Negative if the customer owes money. */
  balance_usd: string;
  /** The amount reserved by open holds. */
  held_usd: string;
  /** The amount that can be spent: the balance minus holds. */
  available_usd: string;
  /** Balances are in US dollars. */
  currency: "usd";
  /** Customers pay before they spend. */
  charge_method: "prepaid";
  /** Whether the saved card is charged when the balance runs low. */
  auto_topup_enabled: boolean;
  /** A `frozen` or `closed` account cannot spend. */
  status: "active" | "frozen" | "closed";
}

/** A batch item that was charged. */
export interface BatchCharge {
  /** The item was charged. */
  ok: true;
  /** Whether an earlier request with this key made the charge. If so, nothing was charged again. */
  replayed: boolean;
  /** The id of the charge. Use it to refund the charge. */
  charge_id: string;
  /** The amount charged. */
  amount_usd: string;
  /** The balance after it. */
  balance_usd: string;
  /** The available amount after it: the balance minus holds. */
  available_usd: string;
  /** When the charge was recorded. */
  created_at: string;
}

/** A batch item that was rejected, with the error that a single charge would have returned. */
export interface BatchRefusal {
  /** The item was not charged. */
  ok: false;
  /** A machine-readable code. Codes never change their meaning. */
  error: "INTERNAL_ERROR" | "INVALID_REQUEST" | "UNAUTHORIZED" | "PAYMENT_REQUIRED" | "FORBIDDEN" | "NOT_FOUND" | "CONFLICT" | "IDEMPOTENCY_CONFLICT" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE";
  /** A human-readable explanation. */
  message: string;
  /** The HTTP status of the response. */
  statusCode: number;
  /** Additional machine-readable information. Its shape depends on `error`. */
  details?: InvalidRequestDetails | PaymentRequiredDetails | MissingScopeDetails | ReasonDetails | RefundTooLargeDetails | TopUpNotRefundableDetails | ServiceUnavailableDetails | undefined;
}

/** The results of a batch. */
export interface BatchResults {
  /** One result per item, in the order of the request. */
  results: (BatchCharge | BatchRefusal)[];
}

/** A one-time link to a customer's billing page. */
export interface BillingLink {
  /** Redirect the browser to it right away. It can be used once; previewing it does not use it up. */
  url: string;
  /** When the link expires: after ten minutes. */
  expires_at: string;
}

/** Who signs in, and which page to open. */
export interface BillingLinkInput {
  /** The email address of the person who is signed in to your product. Defaults to the customer's own address. */
  email?: string | undefined;
  /** The page to open: `/billing`, or a path below it, with an optional query. */
  return_path?: string | undefined;
}

/** How much of a hold to charge. */
export interface CaptureInput {
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
  /** The amount to charge. Defaults to the reserved amount. */
  amount_usd?: string | number | undefined;
}

/** A hold that was charged. */
export interface CapturedHold {
  /** The id of the hold. */
  hold_id: string;
  /** The reserved amount. */
  amount_usd: string;
  /** When the hold is released automatically. */
  expires_at: string | null;
  /** The hold no longer reserves anything. */
  status: "captured";
  /** The amount charged. */
  captured_usd: string;
  /** The resulting charge. */
  charge_id: string;
  /** The balance after it. */
  balance_usd: string;
  /** The available amount after it: the balance minus holds. */
  available_usd: string;
  /** When the charge was recorded. */
  created_at: string;
}

/** An amount taken from a balance. */
export interface Charge {
  /** The id of the charge. Use it to refund the charge. */
  charge_id: string;
  /** The amount charged. */
  amount_usd: string;
  /** The balance after it. */
  balance_usd: string;
  /** The available amount after it: the balance minus holds. */
  available_usd: string;
  /** When the charge was recorded. */
  created_at: string;
}

/** Up to 1,000 charges. */
export interface ChargeBatchInput {
  /** The charges to make. Each needs its own `idempotency_key`. */
  charges: ChargeInput[];
}

/** The charge to make. */
export interface ChargeInput {
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
  /** The amount in US dollars: greater than zero, at most 1000000.00, with up to 9 decimals. */
  amount_usd: string | number;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
  /** Shown to the customer in their activity. */
  description?: string | undefined;
  /** Your own key-value pairs, stored with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
  /** Charges work that is already done, even if the balance goes below zero. Requires an operator key. */
  overdraft?: "allow" | undefined;
}

/** An amount of a charge that was returned to the balance. */
export interface ChargeRefund {
  /** The id of the refund. */
  refund_id: string;
  /** The refunded charge. */
  charge_id: string;
  /** The amount refunded. */
  amount_usd: string;
  /** The balance after it. */
  balance_usd: string;
  /** The available amount after it: the balance minus holds. */
  available_usd: string;
  /** When the refund was recorded. */
  created_at: string;
}

/** How much of a charge to refund. */
export interface ChargeRefundInput {
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
  /** The amount to refund. Defaults to the charge's remaining amount. */
  amount_usd?: string | number | undefined;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
  /** Shown to the customer in their activity. */
  description?: string | undefined;
  /** Your own key-value pairs, stored with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
}

/** A Stripe page where the customer pays or saves a card. */
export interface CheckoutSession {
  /** Stripe's page where the customer pays or saves a card. Redirect the browser to it. */
  url: string;
  /** The id of the top-up. Use it to look up the top-up's status. */
  topup_intent_id: string;
  /** Stripe's id of the Checkout Session. */
  session_id: string;
  /** The requested mode. */
  mode: "payment" | "setup";
  /** The amount that will be added to the balance. Null with mode `setup`. */
  amount_usd: string | null;
  /** When the page expires. */
  expires_at: string;
}

/** What to open Checkout for. */
export interface CheckoutSessionInput {
  /** `payment` tops up the balance; `setup` saves a card without charging it. */
  mode?: "payment" | "setup" | undefined;
  /** The amount in US dollars: 5.00 to 5000.00 in whole cents. Required with mode `payment`, not allowed with `setup`. */
  amount_usd?: string | number | undefined;
  /** Saves the card for future top-ups. Only with mode `payment`. */
  save_payment_method?: boolean | undefined;
}

/** The cost in one bucket. */
export interface CostBucket {
  /** The start of the bucket. */
  ts: string;
  /** Charges minus refunds. Negative if more was refunded than charged. */
  cost_usd: string;
}

/** A party that owns one balance. */
export interface Customer {
  /** The id of the customer. */
  customer_id: string;
  /** Shown on the customer's pages and invoices. */
  name: string;
  /** In lower case. A user who signs in with this verified address becomes the customer's owner. */
  email: string;
  /** A `frozen` or `closed` account cannot spend. */
  status: "active" | "frozen" | "closed";
  /** The balance. Negative if the customer owes money. */
  balance_usd: string;
  /** The amount reserved by open holds. */
  held_usd: string;
  /** The amount that can be spent: the balance minus holds. */
  available_usd: string;
  /** When the customer was created. */
  created_at: string;
}

/** The customer to create. */
export interface CustomerInput {
  /** Shown on the customer's pages and invoices. */
  name: string;
  /** Where invoices are sent. A user who signs in with this verified address becomes the customer's owner. */
  email: string;
}

/** A page of customers. */
export interface CustomerList {
  /** Newest first. */
  customers: Customer[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** A top-up and its customer. */
export interface CustomerTopUp {
  /** The customer. */
  customer_id: string;
  /** The id of the top-up. */
  topup_intent_id: string;
  /** `open` waits for the payer, `processing` for the bank. `succeeded` was credited. `canceled` was given up, or given back after a review. `disputed`, `refunded` and `partially_refunded` replace `succeeded` when the money is taken or sent back. */
  status: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded";
  /** `auto` if the saved card was charged because the balance ran low. */
  source: "checkout" | "auto";
  /** `setup` saves a card without charging it. */
  mode: "payment" | "setup";
  /** The amount added to the balance. Null with mode `setup`. */
  amount_usd: string | null;
  /** The tax on top. Null until known. */
  tax_usd: string | null;
  /** The total paid. Null until known. */
  total_usd: string | null;
  /** Null if the payer paid in US dollars. */
  presentment: Presentment | null;
  /** The last decline, or null. */
  failure: PaymentFailure | null;
  /** Null until there is an invoice. */
  invoice: InvoiceLink | null;
  /** The amount refunded to the card. */
  refunded_usd: string;
  /** When the top-up was started. */
  created_at: string;
  /** When the amount was added to the balance. Null before that. */
  credited_at: string | null;
  /** Null unless the status is `needs_review`. */
  review: TopUpReview | null;
}

/** A page of top-ups of all customers. */
export interface CustomerTopUpList {
  /** Newest first. */
  topups: CustomerTopUp[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** A dispute of a top-up. */
export interface Dispute {
  /** Stripe's id of the dispute. */
  dispute_id: string;
  /** The disputed top-up. */
  topup_intent_id: string;
  /** The customer. */
  customer_id: string;
  /** Stripe's status of the dispute. */
  status: string;
  /** How much of the payment the dispute has taken, including tax. Null if unknown. */
  amount_usd: string | null;
}

/** The amount that the dispute has taken. */
export interface DisputeAmountInput {
  /** How much of the payment the dispute has taken, including tax, in whole cents. `0.00` if all of it was returned. */
  amount_usd: string | number;
  /** The reason, for the audit log. */
  reason: string;
}

/** The body of every error response. */
export interface ErrorBody {
  /** A machine-readable code. Codes never change their meaning. */
  error: "INTERNAL_ERROR" | "INVALID_REQUEST" | "UNAUTHORIZED" | "PAYMENT_REQUIRED" | "FORBIDDEN" | "NOT_FOUND" | "CONFLICT" | "IDEMPOTENCY_CONFLICT" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "RATE_LIMITED" | "SERVICE_UNAVAILABLE";
  /** A human-readable explanation. */
  message: string;
  /** The HTTP status of the response. */
  statusCode: number;
  /** Additional machine-readable information. Its shape depends on `error`. */
  details?: InvalidRequestDetails | PaymentRequiredDetails | MissingScopeDetails | ReasonDetails | RefundTooLargeDetails | TopUpNotRefundableDetails | ServiceUnavailableDetails | undefined;
  /** Include it when you contact support. */
  request_id: string;
}

/** The service is healthy. */
export interface Health {
  /** Always this value: anything else is an error. */
  status: "up";
}

/** An amount reserved before the work is done. */
export interface Hold {
  /** The id of the hold. */
  hold_id: string;
  /** The reserved amount. */
  amount_usd: string;
  /** When the hold is released automatically. */
  expires_at: string | null;
  /** `open` reserves the amount; `captured` was charged; `released` and `expired` no longer reserve anything. */
  status: "open" | "captured" | "released" | "expired";
  /** The amount charged. Null unless the hold was captured. */
  captured_usd: string | null;
}

/** How much to reserve, and for how long. */
export interface HoldInput {
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
  /** The amount in US dollars: greater than zero, at most 1000000.00, with up to 9 decimals. */
  amount_usd: string | number;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
  /** How long to reserve the amount, at most a day. Then the hold is released automatically. */
  expires_in_seconds?: number | undefined;
  /** Shown to the customer in their activity. */
  description?: string | undefined;
  /** Your own key-value pairs, stored with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
}

/** The fields that are invalid, and why. */
export interface InvalidRequestDetails {
  /** One entry per problem. */
  issues: ({
    /** The field, such as `amount_usd` or `charges.3.amount_usd`. Empty for the body as a whole. */
    path: string;
    /** What is wrong with the field. */
    message: string;
  })[];
}

/** The invoice of a top-up, and what was paid. */
export interface Invoice {
  /** The id of the top-up. */
  topup_intent_id: string;
  /** The invoice number. */
  number: string | null;
  /** Stripe's page for the invoice. */
  hosted_url: string;
  /** The invoice as a PDF. */
  pdf_url: string | null;
  /** `open` waits for the payer, `processing` for the bank. `succeeded` was credited. `canceled` was given up, or given back after a review. `disputed`, `refunded` and `partially_refunded` replace `succeeded` when the money is taken or sent back. */
  status: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded";
  /** `auto` if the saved card was charged because the balance ran low. */
  source: "checkout" | "auto";
  /** The amount added to the balance. Null with mode `setup`. */
  amount_usd: string | null;
  /** The tax on top. Null until known. */
  tax_usd: string | null;
  /** The total paid. Null until known. */
  total_usd: string | null;
  /** Null if the payer paid in US dollars. */
  presentment: Presentment | null;
  /** The amount refunded to the card. */
  refunded_usd: string;
  /** When the top-up was started. */
  created_at: string;
  /** When the amount was added to the balance. Null before that. */
  credited_at: string | null;
}

/** The invoice of a top-up. */
export interface InvoiceLink {
  /** The invoice number. */
  number: string | null;
  /** Stripe's page for the invoice. */
  hosted_url: string;
  /** The invoice as a PDF. */
  pdf_url: string | null;
}

/** A page of invoices. */
export interface InvoiceList {
  /** Newest top-up first. */
  invoices: Invoice[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** A manual correction of a balance, and the API key that made it. */
export interface ListedAdjustment {
  /** The id of the adjustment. It is the `record_id` in the customer's records. */
  adjustment_id: string;
  /** The customer whose balance was adjusted. */
  customer_id: string;
  /** The amount added to the balance, or subtracted if negative. */
  amount_usd: string;
  /** The reason. The customer sees it in their activity. */
  reason: string;
  /** When the adjustment was recorded. */
  created_at: string;
  /** The balance after the adjustment. */
  balance_after_usd: string;
  /** The API key that made the adjustment. */
  api_key_id: string | null;
}

/** An attempt to add money or save a card, without its timeline. */
export interface ListedTopUp {
  /** The id of the top-up. */
  topup_intent_id: string;
  /** `open` waits for the payer, `processing` for the bank. `succeeded` was credited. `canceled` was given up, or given back after a review. `disputed`, `refunded` and `partially_refunded` replace `succeeded` when the money is taken or sent back. */
  status: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded";
  /** `auto` if the saved card was charged because the balance ran low. */
  source: "checkout" | "auto";
  /** `setup` saves a card without charging it. */
  mode: "payment" | "setup";
  /** The amount added to the balance. Null with mode `setup`. */
  amount_usd: string | null;
  /** The tax on top. Null until known. */
  tax_usd: string | null;
  /** The total paid. Null until known. */
  total_usd: string | null;
  /** Null if the payer paid in US dollars. */
  presentment: Presentment | null;
  /** The last decline, or null. */
  failure: PaymentFailure | null;
  /** Null until there is an invoice. */
  invoice: InvoiceLink | null;
  /** The amount refunded to the card. */
  refunded_usd: string;
  /** When the top-up was started. */
  created_at: string;
  /** When the amount was added to the balance. Null before that. */
  credited_at: string | null;
}

/** The levels of the available balance below which the customer is told. */
export interface LowBalanceThresholds {
  /** Highest first. Empty if the customer is not told. */
  thresholds_usd: string[];
}

/** The new levels, which replace the current ones. */
export interface LowBalanceThresholdsInput {
  /** Up to 10 different amounts in whole cents, from 0.01 to 1000000.00. */
  thresholds_usd: (string | number)[];
}

/** The missing scope. */
export interface MissingScopeDetails {
  /** The scope that the key is missing. */
  required_scope: "billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin";
}

/** The new API key, including its secret. The secret is shown only once. */
export interface NewApiKey {
  /** The id of the API key. It is not secret. */
  api_key_id: string;
  /** The first characters of the secret, to help identify it. */
  prefix: string;
  /** A name that you chose. */
  name: string;
  /** The key's customer. Null for an operator key. */
  customer_id: string | null;
  /** The key's scopes. A `write` scope includes `read`. */
  scopes: ("billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin")[];
  /** Whether the key is accepted. `revoked` and `expired` keys remain in the list. */
  status: "active" | "expired" | "revoked";
  /** When the key was created. */
  created_at: string;
  /** When the key was last used, to the minute. Null if it was never used. */
  last_used_at: string | null;
  /** When the key expires. Null if it does not. */
  expires_at: string | null;
  /** When the key was revoked. Null if it was not. */
  revoked_at: string | null;
  /** The key that this one replaced. */
  rolled_from: string | null;
  /** The key that replaced this one. */
  rolled_to: string | null;
  /** The secret. It is shown only once: null in the response to a repeated request. */
  api_key: string | null;
}

/** What comes next with auto top-up. */
export interface NextAction {
  /** What happens next (`charge`, `retry`, `wait`), or what somebody has to do (`set_up`, `enable`, `replace_card`, `add_address`, `authenticate`, `allow_more`, `contact_support`). `none` while there is enough balance. */
  action: "none" | "set_up" | "enable" | "replace_card" | "add_address" | "contact_support" | "authenticate" | "charge" | "retry" | "wait" | "allow_more";
  /** The same in words, for the customer. */
  message: string;
  /** When it happens by itself. Null if it does not. */
  at: string | null;
  /** Where the customer can act, or null. */
  url: string | null;
}

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  /** The OpenAPI version. */
  openapi: string;
}

/** The idempotency key of the request. */
export interface OwnTopUpRefundInput {
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
}

/** Why a payment failed. */
export interface PaymentFailure {
  /** Stripe's decline code. */
  code: string;
  /** A human-readable explanation. */
  message: string;
}

/** A saved card. */
export interface PaymentMethod {
  /** Stripe's id of the card. */
  payment_method_id: string;
  /** The card brand, as Stripe names it. */
  card_brand: string;
  /** The last four digits. */
  card_last4: string;
  /** The expiration month. */
  card_exp_month: number;
  /** The expiration year. */
  card_exp_year: number;
  /** `expiring` in the last 30 days before the card expires. */
  expiry: "valid" | "expiring" | "expired";
  /** Whether this card is charged by default. */
  is_default: boolean;
  /** When the card was saved. */
  created_at: string;
}

/** A page of the customer's saved cards. */
export interface PaymentMethodList {
  /** Newest first. */
  payment_methods: PaymentMethod[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** How much is missing, and where the customer can top up. */
export interface PaymentRequiredDetails {
  /** The amount available. */
  available_usd: string;
  /** The amount that the request needs. */
  required_usd: string;
  /** The page where the customer can top up. */
  topup_url: string;
}

/** A Stripe page where the customer manages cards, invoices and billing details. */
export interface PortalSession {
  /** Stripe's page. Redirect the customer's browser to it right away: it expires within minutes. */
  url: string;
}

/** What the payer saw and paid in another currency. */
export interface Presentment {
  /** The amount in the currency's smallest unit, as the payer saw it. */
  amount: number | null;
  /** The three-letter currency code in lower case. */
  currency: string;
}

/** The service is healthy. */
export interface Readiness {
  /** Always this value: anything else is an error. */
  status: "ready";
}

/** Why the request was rejected. */
export interface ReasonDetails {
  /** A machine-readable reason, such as `operator_only` or `account_frozen`. */
  reason: string;
  /** The field that caused the error, if there is one, such as `charges.3.overdraft`. */
  path?: string | undefined;
  /** Where customers reach the operator, with `account_frozen` and `account_closed`, if it is set. */
  support_url?: string | undefined;
  /** The top-up of the idempotency key, if that top-up has ended. */
  topup_intent_id?: string | undefined;
}

/** The reason for the change. */
export interface ReasonInput {
  /** The reason, for your own records. */
  reason: string;
}

/** A received event. */
export interface ReceivedEvent {
  /** The event was stored and its effects are committed. */
  received: true;
  /** Stripe's id of the event. */
  event: string;
  /** How the event was handled. A `duplicate` was received before. */
  as: "processed" | "unhandled" | "foreign" | "duplicate";
}

/** A change of a balance. Records are never changed or deleted. */
export interface BillingRecord {
  /** The id of the record. For a charge, it is the `charge_id`. */
  record_id: string;
  /** `credit` is a top-up, `refund` a charge returned to the balance, `stripe_refund` a top-up refunded to the card. */
  type: "credit" | "stripe_refund" | "stripe_refund_reversal" | "dispute" | "dispute_reversal" | "charge" | "refund" | "grant" | "expiry" | "adjustment";
  /** A credit raises the balance; a debit lowers it. */
  direction: "credit" | "debit";
  /** The amount. `direction` tells whether it was added or subtracted. */
  amount_usd: string;
  /** The balance after the record. */
  balance_after_usd: string;
  /** The description that was sent with it. */
  description: string | null;
  /** The top-up of a `credit`. */
  topup_intent_id?: string | undefined;
  /** The charge itself, or the charge that a `refund` returns. */
  charge_id?: string | undefined;
  /** The hold that the charge was captured from. */
  hold_id?: string | undefined;
  /** The API key that made the request. */
  api_key_id?: string | undefined;
  /** The metadata that was sent with it. */
  metadata: { [name: string]: string };
  /** When it happened. A payment may be older than its record. */
  occurred_at: string;
  /** When it was recorded. */
  created_at: string;
}

/** A page of records. */
export interface RecordList {
  /** Newest first. */
  records: BillingRecord[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** A payment that was not credited and must be refunded. */
export interface RefundTask {
  /** The payment at Stripe. */
  payment_intent_id: string;
  /** The top-up that it was paid for. */
  topup_intent_id: string;
  /** The customer. */
  customer_id: string;
  /** The amount received, including tax, in the smallest unit of the currency. */
  amount: number;
  /** The three-letter currency code. */
  currency: string;
  /** `second_payment`: paid more than once. `review`: a person decided to give it back. */
  reason: string;
  /** `done` when all of it has gone back, `dismissed` when a person resolved its alert. */
  status: "open" | "done" | "dismissed";
  /** When the payment was found. */
  created_at: string;
  /** When it was done or dismissed. */
  resolved_at: string | null;
}

/** A page of refund tasks. */
export interface RefundTaskList {
  /** Newest first. */
  refund_tasks: RefundTask[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** How much of the charge can still be refunded. */
export interface RefundTooLargeDetails {
  /** The remaining amount of the charge. */
  refundable_usd: string;
}

/** The customer whose hold to release. */
export interface ReleaseInput {
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
}

/** How to revoke the key. */
export interface RevokeApiKeyInput {
  /** Revokes the key even if it is the last active one with the scope `admin`. */
  force?: boolean | undefined;
  /** The reason, for your own records. */
  reason?: string | undefined;
}

/** How to roll the key. */
export interface RollApiKeyInput {
  /** How long the old key keeps working. With 0, it stops working before this call returns. */
  grace_seconds?: number | undefined;
  /** When the new key expires. By default it gets the same lifetime as the old one. */
  expires_at?: string | undefined;
}

/** The API key that replaces another, including its secret. The secret is shown only once. */
export interface RolledApiKey {
  /** The id of the API key. It is not secret. */
  api_key_id: string;
  /** The first characters of the secret, to help identify it. */
  prefix: string;
  /** A name that you chose. */
  name: string;
  /** The key's customer. Null for an operator key. */
  customer_id: string | null;
  /** The key's scopes. A `write` scope includes `read`. */
  scopes: ("billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin")[];
  /** Whether the key is accepted. `revoked` and `expired` keys remain in the list. */
  status: "active" | "expired" | "revoked";
  /** When the key was created. */
  created_at: string;
  /** When the key was last used, to the minute. Null if it was never used. */
  last_used_at: string | null;
  /** When the key expires. Null if it does not. */
  expires_at: string | null;
  /** When the key was revoked. Null if it was not. */
  revoked_at: string | null;
  /** The key that this one replaced. */
  rolled_from: string | null;
  /** The key that replaced this one. */
  rolled_to: string | null;
  /** The secret. It is shown only once: null in the response to a repeated request. */
  api_key: string | null;
  /** When the replaced key stops working. */
  previous_expires_at: string;
}

/** Why the request cannot be served right now. */
export interface ServiceUnavailableDetails {
  /** What is unavailable. A request that moves money may still have taken effect: send it again with the same idempotency key. */
  reason: "busy" | "database_unavailable" | "stripe_setup" | "stripe_unavailable";
}

/** An event in the history of a top-up. */
export interface TimelineEntry {
  /** When it happened. */
  at: string;
  /** What happened, as a code. */
  what: string;
  /** The id of the Stripe object. */
  reference: string | null;
  /** What happened, as a sentence for people. */
  message: string;
  /** What it added to the balance, or took from it if negative. Null if nothing. */
  balance_change_usd: string | null;
}

/** An attempt to add money or save a card. */
export interface TopUp {
  /** The id of the top-up. */
  topup_intent_id: string;
  /** `open` waits for the payer, `processing` for the bank. `succeeded` was credited. `canceled` was given up, or given back after a review. `disputed`, `refunded` and `partially_refunded` replace `succeeded` when the money is taken or sent back. */
  status: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded";
  /** `auto` if the saved card was charged because the balance ran low. */
  source: "checkout" | "auto";
  /** `setup` saves a card without charging it. */
  mode: "payment" | "setup";
  /** The amount added to the balance. Null with mode `setup`. */
  amount_usd: string | null;
  /** The tax on top. Null until known. */
  tax_usd: string | null;
  /** The total paid. Null until known. */
  total_usd: string | null;
  /** Null if the payer paid in US dollars. */
  presentment: Presentment | null;
  /** The last decline, or null. */
  failure: PaymentFailure | null;
  /** Null until there is an invoice. */
  invoice: InvoiceLink | null;
  /** The amount refunded to the card. */
  refunded_usd: string;
  /** When the top-up was started. */
  created_at: string;
  /** When the amount was added to the balance. Null before that. */
  credited_at: string | null;
  /** Oldest first. The changes add up to what it did to the balance. */
  timeline: TimelineEntry[];
}

/** A page of top-ups. */
export interface TopUpList {
  /** Newest first. */
  topups: ListedTopUp[];
  /** Send it as `cursor` to get the next page. Null on the last page. */
  next_cursor: string | null;
}

/** Why a top-up cannot be refunded, and how much of it can. */
export interface TopUpNotRefundableDetails {
  /** Why the top-up cannot be refunded. */
  reason: "not_credited" | "already_refunded" | "disputed" | "amount_too_large" | "refunds_off" | "window_closed" | "already_spent" | "stripe_refused";
  /** The remaining amount of the payment, including tax. */
  refundable_usd: string;
}

/** A refund of a top-up, or a preview of one. */
export interface TopUpRefund {
  /** The id of the refund. Null for a preview. */
  refund_request_id: string | null;
  /** The refunded top-up. */
  topup_intent_id: string;
  /** The customer. */
  customer_id: string;
  /** `submitted`: Stripe created the refund, and the balance reflects it. `pending`: Stripe has not confirmed the refund yet; Brim keeps retrying. `preview`: nothing was done. */
  status: "preview" | "pending" | "submitted";
  /** The amount paid back to the payer, including tax. */
  amount_usd: string;
  /** The part of it that is taken from the balance. */
  credit_usd: string;
  /** The remaining part: tax, which was never credited. */
  tax_usd: string;
  /** The balance before the refund. Only in a preview. */
  balance_usd: string | null;
  /** The balance after the refund. Only in a preview. */
  balance_after_usd: string | null;
  /** Stripe's id of the refund. Null until Stripe has created it. */
  stripe_refund_id: string | null;
}

/** The refund to make. */
export interface TopUpRefundInput {
  /** The amount to pay back, including tax, in whole cents. Defaults to everything that is left. */
  amount_usd?: string | number | undefined;
  /** Returns what the refund would do, without doing it. */
  dry_run?: boolean | undefined;
  /** The reason, for the audit log. Required unless `dry_run` is true. */
  reason?: string | undefined;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
}

/** What became of a top-up in review. */
export interface TopUpResolution {
  /** The top-up. */
  topup_intent_id: string;
  /** The customer. */
  customer_id: string;
  /** The status of the top-up. It stays `needs_review` until the refund is complete. */
  status: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded";
  /** The amount that was added to the balance. */
  credited_usd: string;
  /** The id of the refund. Null for a credit. */
  refund_request_id: string | null;
  /** `submitted`: Stripe created the refund. `pending`: Brim keeps retrying. Null for a credit. */
  refund_status: "pending" | "submitted" | null;
}

/** The decision. */
export interface TopUpResolutionInput {
  /** `credit` adds the top-up's amount to the balance. `give_back` refunds the whole payment. */
  action: "credit" | "give_back";
  /** The reason, for the audit log. */
  reason: string;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
}

/** The payment that needs a decision. */
export interface TopUpReview {
  /** Why the payment was not credited. */
  reason: "no_payment_required" | "session_mode_mismatch" | "topup_mismatch" | "customer_mismatch" | "currency_mismatch" | "amount_mismatch" | "discounted" | "total_mismatch" | "payment_incomplete" | "payment_currency_mismatch" | "received_mismatch";
  /** The payment. Null if there is none. */
  payment_intent_id: string | null;
}

/** The cost per bucket. */
export interface UsageCost {
  /** The requested period. */
  period: "hour" | "day" | "week" | "month";
  /** The length of each bucket. */
  bucket: "minute" | "hour" | "day";
  /** All buckets of the period, oldest first, including empty ones. The last one is incomplete. */
  data: CostBucket[];
}

/** The total of one type. */
export interface UsageTotal {
  /** What is summed up. */
  type: "charge" | "refund";
  /** The number of charges or refunds. */
  count: number;
  /** The total amount. */
  amount_usd: string;
}

/** The total of one type and one API key. */
export interface UsageTotalOfKey {
  /** The API key. Null for charges without one. */
  api_key_id: string | null;
  /** What is summed up. */
  type: "charge" | "refund";
  /** The number of charges or refunds. */
  count: number;
  /** The total amount. */
  amount_usd: string;
}

/** Charges and refunds in a time range. */
export interface UsageTotals {
  /** The start, inclusive. */
  from: string;
  /** The end, exclusive. */
  to: string;
  /** One total per type, even if it is zero. */
  totals: UsageTotal[];
  /** One total per API key and type that occurred. */
  by_key: UsageTotalOfKey[];
}

/** Start a top-up, or save a card: what it takes. */
export interface CreateCheckoutSessionParams {
  /** `payment` tops up the balance; `setup` saves a card without charging it. */
  mode?: "payment" | "setup" | undefined;
  /** The amount in US dollars: 5.00 to 5000.00 in whole cents. Required with mode `payment`, not allowed with `setup`. */
  amount_usd?: string | number | undefined;
  /** Saves the card for future top-ups. Only with mode `payment`. */
  save_payment_method?: boolean | undefined;
}

/** List top-ups, newest first: what it takes. */
export interface ListTopUpsParams {
  /** `payment` adds money, `setup` saves a card, `all` returns both. */
  mode?: "payment" | "setup" | "all" | undefined;
  /** Return only top-ups with this status. */
  status?: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded" | undefined;
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** Get a top-up with its timeline: what it takes. */
export interface GetTopUpParams {
  /** The id of the top-up. */
  topup_intent_id: string;
}

/** Refund an unspent top-up: what it takes. */
export interface RefundOwnTopUpParams {
  /** The id of the top-up. */
  topup_intent_id: string;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
}

/** List saved cards, newest first: what it takes. */
export interface ListPaymentMethodsParams {
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** Make a saved card the default: what it takes. */
export interface SetDefaultPaymentMethodParams {
  /** Stripe's id of the card. */
  payment_method_id: string;
}

/** Remove a saved card: what it takes. */
export interface RemovePaymentMethodParams {
  /** Stripe's id of the card. */
  payment_method_id: string;
}

/** Change or enable auto top-up: what it takes. */
export interface UpdateAutoTopUpParams {
  /** Enabling requires a threshold, an amount, a monthly cap and a saved card. */
  enabled?: boolean | undefined;
  /** From 5.00 to 5000.00, and lower than the amount. */
  threshold_usd?: string | number | undefined;
  /** From 5.00 to 5000.00. */
  amount_usd?: string | number | undefined;
  /** Including tax. At least the amount, at most 1000000.00. */
  monthly_cap_usd?: string | number | undefined;
  /** Including tax. At least the amount. Null for the default, four times the amount. */
  daily_cap_usd?: string | number | null | undefined;
  /** Defaults to 3. */
  daily_cap_count?: number | undefined;
  /** A card saved for automatic charges. Defaults to the default card. */
  payment_method_id?: string | undefined;
}

/** List auto top-up decisions, newest first: what it takes. */
export interface ListAutoTopUpDecisionsParams {
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** Replace the low-balance thresholds: what it takes. */
export interface SetLowBalanceThresholdsParams {
  /** Up to 10 different amounts in whole cents, from 0.01 to 1000000.00. */
  thresholds_usd: (string | number)[];
}

/** List invoices, newest top-up first: what it takes. */
export interface ListInvoicesParams {
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** List all changes of the balance, newest first: what it takes. */
export interface ListRecordsParams {
  /** Return only records of these types, separated by commas. Defaults to all types. */
  type?: ("credit" | "stripe_refund" | "stripe_refund_reversal" | "dispute" | "dispute_reversal" | "charge" | "refund" | "grant" | "expiry" | "adjustment")[] | undefined;
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** Charge a balance: what it takes. */
export interface CreateChargeParams {
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
  /** The amount in US dollars: greater than zero, at most 1000000.00, with up to 9 decimals. */
  amount_usd: string | number;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
  /** Shown to the customer in their activity. */
  description?: string | undefined;
  /** Your own key-value pairs, stored with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
  /** Charges work that is already done, even if the balance goes below zero. Requires an operator key. */
  overdraft?: "allow" | undefined;
}

/** Charge up to 1,000 items, each with its own result: what it takes. */
export interface CreateChargeBatchParams {
  /** The charges to make. Each needs its own `idempotency_key`. */
  charges: ChargeInput[];
}

/** Refund a charge to the balance, in part or in full: what it takes. */
export interface RefundChargeParams {
  /** The id of the charge. */
  charge_id: string;
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
  /** The amount to refund. Defaults to the charge's remaining amount. */
  amount_usd?: string | number | undefined;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
  /** Shown to the customer in their activity. */
  description?: string | undefined;
  /** Your own key-value pairs, stored with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
}

/** Reserve an amount before the work is done: what it takes. */
export interface CreateHoldParams {
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
  /** The amount in US dollars: greater than zero, at most 1000000.00, with up to 9 decimals. */
  amount_usd: string | number;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
  /** How long to reserve the amount, at most a day. Then the hold is released automatically. */
  expires_in_seconds?: number | undefined;
  /** Shown to the customer in their activity. */
  description?: string | undefined;
  /** Your own key-value pairs, stored with it. At most 20 entries; keys up to 40 characters, values up to 500. */
  metadata?: { [name: string]: string } | undefined;
}

/** Charge a hold, in part, in full, or more if available: what it takes. */
export interface CaptureHoldParams {
  /** The id of the hold. */
  hold_id: string;
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
  /** The amount to charge. Defaults to the reserved amount. */
  amount_usd?: string | number | undefined;
}

/** Release a hold: what it takes. */
export interface ReleaseHoldParams {
  /** The id of the hold. */
  hold_id: string;
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
}

/** Get a hold: what it takes. */
export interface GetHoldParams {
  /** The id of the hold. */
  hold_id: string;
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
}

/** Get total charges and refunds by type and API key: what it takes. */
export interface GetUsageParams {
  /** The start, inclusive, rounded down to the minute. Defaults to the start of the UTC month that contains the end. */
  from?: string | undefined;
  /** The end, exclusive, rounded down to the minute. At most 366 days after `from`. Defaults to the end of the current minute. */
  to?: string | undefined;
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
}

/** Get the cost over time: what it takes. */
export interface GetUsageCostParams {
  /** The last 60 minutes, 24 hours, 7 days or 30 days in UTC, including the current one. */
  period: "hour" | "day" | "week" | "month";
  /** Required with an operator key. A customer key always acts on its own customer. */
  customer_id?: string | undefined;
}

/** Create a customer with a balance of zero: what it takes. */
export interface CreateCustomerParams {
  /** Shown on the customer's pages and invoices. */
  name: string;
  /** Where invoices are sent. A user who signs in with this verified address becomes the customer's owner. */
  email: string;
}

/** List customers with their balances, newest first: what it takes. */
export interface ListCustomersParams {
  /** Return only customers with this email address. */
  email?: string | undefined;
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** Get a customer with its balance: what it takes. */
export interface GetCustomerParams {
  /** The id of the customer. */
  customer_id: string;
}

/** Freeze a customer's spending: what it takes. */
export interface FreezeCustomerParams {
  /** The id of the customer. */
  customer_id: string;
  /** The reason, for your own records. */
  reason: string;
}

/** Unfreeze a customer's spending: what it takes. */
export interface UnfreezeCustomerParams {
  /** The id of the customer. */
  customer_id: string;
  /** The reason, for your own records. */
  reason: string;
}

/** Pause a customer's automatic charges: what it takes. */
export interface PauseAutoTopUpOfCustomerParams {
  /** The id of the customer. */
  customer_id: string;
  /** The reason, for your own records. */
  reason: string;
}

/** Resume a customer's automatic charges: what it takes. */
export interface ResumeAutoTopUpOfCustomerParams {
  /** The id of the customer. */
  customer_id: string;
  /** The reason, for your own records. */
  reason: string;
}

/** Pause all automatic charges: what it takes. */
export interface PauseAllAutoTopUpsParams {
  /** The reason, for your own records. */
  reason: string;
}

/** Resume all automatic charges: what it takes. */
export interface ResumeAllAutoTopUpsParams {
  /** The reason, for your own records. */
  reason: string;
}

/** Create a one-time link to a customer's billing page: what it takes. */
export interface CreateBillingLinkParams {
  /** The id of the customer. */
  customer_id: string;
  /** The email address of the person who is signed in to your product. Defaults to the customer's own address. */
  email?: string | undefined;
  /** The page to open: `/billing`, or a path below it, with an optional query. */
  return_path?: string | undefined;
}

/** Adjust a balance: what it takes. */
export interface CreateAdjustmentParams {
  /** The customer whose balance to adjust. */
  customer_id: string;
  /** The amount to add to the balance, or to subtract if negative. Not zero, at most 1000000.00 either way, with up to 9 decimals. */
  amount_usd: string | number;
  /** The reason. The customer sees it in their activity. */
  reason: string;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
  /** Allows the balance to go below zero. */
  overdraft?: "allow" | undefined;
}

/** List adjustments, newest first: what it takes. */
export interface ListAdjustmentsParams {
  /** Return only this customer's adjustments. */
  customer_id?: string | undefined;
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** List top-ups of all customers, newest first: what it takes. */
export interface ListAllTopUpsParams {
  /** Return only top-ups in this state. */
  status?: "created" | "open" | "processing" | "succeeded" | "retry_wait" | "action_required" | "failed" | "expired" | "canceled" | "needs_review" | "disputed" | "refunded" | "partially_refunded" | undefined;
  /** Return only this customer's top-ups. */
  customer_id?: string | undefined;
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** Refund a top-up, in part or in full: what it takes. */
export interface RefundTopUpParams {
  /** The id of the top-up. */
  topup_intent_id: string;
  /** The amount to pay back, including tax, in whole cents. Defaults to everything that is left. */
  amount_usd?: string | number | undefined;
  /** Returns what the refund would do, without doing it. */
  dry_run?: boolean | undefined;
  /** The reason, for the audit log. Required unless `dry_run` is true. */
  reason?: string | undefined;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
}

/** Enter what a dispute has taken: what it takes. */
export interface SetDisputeAmountParams {
  /** Stripe's id of the dispute. */
  dispute_id: string;
  /** How much of the payment the dispute has taken, including tax, in whole cents. `0.00` if all of it was returned. */
  amount_usd: string | number;
  /** The reason, for the audit log. */
  reason: string;
}

/** Decide on a top-up in review: what it takes. */
export interface ResolveTopUpParams {
  /** The id of the top-up. */
  topup_intent_id: string;
  /** `credit` adds the top-up's amount to the balance. `give_back` refunds the whole payment. */
  action: "credit" | "give_back";
  /** The reason, for the audit log. */
  reason: string;
  /** Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required. */
  idempotency_key?: string | undefined;
}

/** List payments that must be refunded: what it takes. */
export interface ListRefundTasksParams {
  /** Return only tasks with this status. */
  status?: "open" | "done" | "dismissed" | "all" | undefined;
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** List alerts, newest first: what it takes. */
export interface ListAlertsParams {
  /** Return only alerts with this status. */
  status?: "open" | "resolved" | "all" | undefined;
  /** Return only alerts of this kind. */
  kind?: string | undefined;
  /** Return only this customer's alerts. */
  customer_id?: string | undefined;
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** Get an alert: what it takes. */
export interface GetAlertParams {
  /** The id of the alert. */
  alert_id: string;
}

/** Resolve an alert: what it takes. */
export interface ResolveAlertParams {
  /** The id of the alert. */
  alert_id: string;
  /** What was done, for the audit log. */
  reason: string;
}

/** Create an API key: what it takes. */
export interface CreateApiKeyParams {
  /** The customer that the key acts for. Null creates an operator key. */
  customer_id: string | null;
  /** A name to recognize the key by. */
  name: string;
  /** The key's scopes. A customer key can have `billing:read`, `billing:write`, `usage:read` and `usage:write`; an operator key `usage:read`, `usage:write` and `admin`. Defaults to all of them. */
  scopes?: ("billing:read" | "billing:write" | "usage:read" | "usage:write" | "admin")[] | undefined;
  /** When the key expires. By default it does not. */
  expires_at?: string | undefined;
}

/** List API keys, newest first: what it takes. */
export interface ListApiKeysParams {
  /** Return only this customer's keys. */
  customer_id?: string | undefined;
  /** The number of items to return, from 1 to 100. */
  limit?: number | undefined;
  /** The `next_cursor` of the previous page. Send the same filters again: the cursor does not contain them. */
  cursor?: string | undefined;
}

/** Get an API key: what it takes. */
export interface GetApiKeyParams {
  /** The id of the API key. */
  api_key_id: string;
}

/** Replace an API key with a new one: what it takes. */
export interface RollApiKeyParams {
  /** The id of the API key. */
  api_key_id: string;
  /** How long the old key keeps working. With 0, it stops working before this call returns. */
  grace_seconds?: number | undefined;
  /** When the new key expires. By default it gets the same lifetime as the old one. */
  expires_at?: string | undefined;
}

/** Revoke an API key: what it takes. */
export interface RevokeApiKeyParams {
  /** The id of the API key. */
  api_key_id: string;
  /** Revokes the key even if it is the last active one with the scope `admin`. */
  force?: boolean | undefined;
  /** The reason, for your own records. */
  reason?: string | undefined;
}

/** Brim's API: one method for each call. */
export class Brim extends Caller {
  /**
   * Start a top-up, or save a card.
   *
   * Returns the `url` of a Checkout page. Redirect the customer's browser to it. The balance changes only after Stripe confirms the payment; look up the status with `GET /billing/topups/{topup_intent_id}`.
   *
   * Repeating the request with the same idempotency key returns the same page. If that page has expired or failed, the response is 409 with the reason `topup_expired`, `topup_failed` or `topup_canceled`; start a new top-up with a new key. Mode `setup` saves a card without charging it.
   *
   * Requires a customer key with the scope `billing:write`.
   */
  createCheckoutSession(input?: CreateCheckoutSessionParams, options?: KeyedCallOptions): Promise<CheckoutSession> {
    return this.call({ method: "POST", path: "/api/v1/billing/checkout-session", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * Get the balance.
   *
   * The balance is exact: it includes everything that was confirmed before the request was sent.
   *
   * Requires a customer key with the scope `billing:read`.
   */
  getBalance(options?: CallOptions): Promise<Balance> {
    return this.call({ method: "GET", path: "/api/v1/billing/balance" }, {}, options);
  }

  /**
   * List top-ups, newest first.
   *
   * Lists every attempt, including failed and expired ones, as last known to us. To check with Stripe and get the timeline, get a single top-up.
   *
   * Requires a customer key with the scope `billing:read`.
   */
  readonly listTopUps: ListCall<ListTopUpsParams, TopUpList, ListedTopUp> = this.list({ method: "GET", path: "/api/v1/billing/topups" }, "topups");

  /**
   * Get a top-up with its timeline.
   *
   * While the outcome is unknown, this also checks with Stripe, at most every few seconds, so that the customer does not have to wait for a delayed event.
   *
   * Requires a customer key with the scope `billing:read`.
   */
  getTopUp(input: GetTopUpParams, options?: CallOptions): Promise<TopUp> {
    return this.call({ method: "GET", path: "/api/v1/billing/topups/{topup_intent_id}" }, input, options);
  }

  /**
   * Refund an unspent top-up.
   *
   * Pays back everything that is left of a top-up, including tax, if the operator allows it (`CUSTOMER_REFUNDS`) and the money is unspent. The amount is held until the refund is complete.
   *
   * Returns 409 otherwise, with the reason in `details.reason`.
   *
   * Requires a customer key with the scope `billing:write`.
   */
  refundOwnTopUp(input: RefundOwnTopUpParams, options?: KeyedCallOptions): Promise<TopUpRefund> {
    return this.call({ method: "POST", path: "/api/v1/billing/topups/{topup_intent_id}/refund", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * List saved cards, newest first.
   *
   * Lists all cards that can be charged. A card that was saved twice is listed once.
   *
   * Requires a customer key with the scope `billing:read`.
   */
  readonly listPaymentMethods: ListCall<ListPaymentMethodsParams, PaymentMethodList, PaymentMethod> = this.list({ method: "GET", path: "/api/v1/billing/payment-methods" }, "payment_methods");

  /**
   * Make a saved card the default.
   *
   * The default card is charged unless another card is specified. If auto top-up charges the default card, it charges the new one from now on, and retries a declined charge with it at once. Repeating the request has no effect.
   *
   * Requires a customer key with the scope `billing:write`.
   */
  setDefaultPaymentMethod(input: SetDefaultPaymentMethodParams, options?: CallOptions): Promise<PaymentMethod> {
    return this.call({ method: "POST", path: "/api/v1/billing/payment-methods/{payment_method_id}/default", isRepeatable: true }, input, options);
  }

  /**
   * Remove a saved card.
   *
   * Detaches the card at Stripe, so that it can no longer be charged. If the card was saved twice, both are removed. Removing a card again has no effect. If the default card is removed, no other card becomes the default. If auto top-up charges the card, it is disabled with the reason `payment_method_detached`.
   *
   * Requires a customer key with the scope `billing:write`.
   */
  removePaymentMethod(input: RemovePaymentMethodParams, options?: CallOptions): Promise<void> {
    return this.call({ method: "DELETE", path: "/api/v1/billing/payment-methods/{payment_method_id}" }, input, options);
  }

  /**
   * Get auto top-up.
   *
   * Returns the settings, what counts against the caps, the last decision and what comes next.
   *
   * Requires a customer key with the scope `billing:read`.
   */
  getAutoTopUp(options?: CallOptions): Promise<AutoTopUp> {
    return this.call({ method: "GET", path: "/api/v1/billing/auto-topup" }, {}, options);
  }

  /**
   * Change or enable auto top-up.
   *
   * Changes the fields that are sent. Sending settings with `enabled: true`, or changing those of an enabled rule, records the customer's consent to charge the card on exactly these terms. Show the terms before you send them.
   *
   * If less than the threshold is available, **the card is charged at once**: check `charges_now_usd` first. Returns 409 if the operator has paused auto top-up.
   *
   * Requires a customer key with the scope `billing:write`.
   */
  updateAutoTopUp(input?: UpdateAutoTopUpParams, options?: CallOptions): Promise<AutoTopUp> {
    return this.call({ method: "PUT", path: "/api/v1/billing/auto-topup", hasBody: true }, input, options);
  }

  /**
   * Double the daily caps for 24 hours.
   *
   * Records the customer's consent and evaluates the rule again. The monthly cap stays. While the caps are raised, repeating the request has no effect. Returns 409 if auto top-up is disabled.
   *
   * Requires a customer key with the scope `billing:write`.
   */
  allowMoreAutoTopUps(options?: CallOptions): Promise<AutoTopUp> {
    return this.call({ method: "POST", path: "/api/v1/billing/auto-topup/allow-more" }, {}, options);
  }

  /**
   * List auto top-up decisions, newest first.
   *
   * Shows why the card was charged or not. Equal decisions in a row are one entry with a count.
   *
   * Requires a customer key with the scope `billing:read`.
   */
  readonly listAutoTopUpDecisions: ListCall<ListAutoTopUpDecisionsParams, AutoTopUpDecisionList, AutoTopUpDecision> = this.list({ method: "GET", path: "/api/v1/billing/auto-topup/decisions" }, "decisions");

  /**
   * Get the low-balance thresholds.
   *
   * The customer is told once when the available balance falls below one of them.
   *
   * Requires a customer key with the scope `billing:read`.
   */
  getLowBalanceThresholds(options?: CallOptions): Promise<LowBalanceThresholds> {
    return this.call({ method: "GET", path: "/api/v1/billing/low-balance-thresholds" }, {}, options);
  }

  /**
   * Replace the low-balance thresholds.
   *
   * The customer is told once when the available balance falls below one of them, and again after it has recovered. Send an empty list to turn this off.
   *
   * Requires a customer key with the scope `billing:write`.
   */
  setLowBalanceThresholds(input: SetLowBalanceThresholdsParams, options?: CallOptions): Promise<LowBalanceThresholds> {
    return this.call({ method: "PUT", path: "/api/v1/billing/low-balance-thresholds", hasBody: true }, input, options);
  }

  /**
   * Open Stripe's customer portal.
   *
   * Create a session when the customer clicks a button, and redirect the browser to `url`. Anyone who has the URL can use it. In the portal the customer adds and removes cards, chooses the default card, views invoices, and changes name, email, address and tax ID. A link leads back to the billing page.
   *
   * Changes appear in `GET /billing/payment-methods` a moment later, when Stripe has notified us. 503 with the reason `stripe_setup` means that the operator must correct the Stripe settings.
   *
   * Requires a customer key with the scope `billing:write`.
   */
  createPortalSession(options?: CallOptions): Promise<PortalSession> {
    return this.call({ method: "POST", path: "/api/v1/billing/portal-session" }, {}, options);
  }

  /**
   * List invoices, newest top-up first.
   *
   * Lists the invoice of each top-up that has one, with links to Stripe's page and the PDF. Stripe may create an invoice shortly after the credit. It then appears at the position of its top-up.
   *
   * Requires a customer key with the scope `billing:read`.
   */
  readonly listInvoices: ListCall<ListInvoicesParams, InvoiceList, Invoice> = this.list({ method: "GET", path: "/api/v1/billing/invoices" }, "invoices");

  /**
   * List all changes of the balance, newest first.
   *
   * Lists top-ups, charges, refunds and everything else that changed the balance, with the balance after each. Records are never changed, and records added while you page through the list do not shift it.
   *
   * Requires a customer key with the scope `billing:read`.
   */
  readonly listRecords: ListCall<ListRecordsParams, RecordList, BillingRecord> = this.list({ method: "GET", path: "/api/v1/billing/records" }, "records");

  /**
   * Charge a balance.
   *
   * Charges the full amount or nothing. After a timeout, send the request again with the same `idempotency_key`: the charge is made only once, and you get the original response.
   *
   * If the balance is too low, the response is 402 with `topup_url`, a page where the customer can top up. Nothing was charged, and you can use the same key again after the top-up.
   *
   * Requires a customer key or an operator key with the scope `usage:write`.
   */
  createCharge(input: CreateChargeParams, options?: KeyedCallOptions): Promise<Charge> {
    return this.call({ method: "POST", path: "/api/v1/usage/charges", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * Charge up to 1,000 items, each with its own result.
   *
   * Results are in the order of the request. The status is 200 even if some items were rejected. If any item is malformed, the whole batch is rejected and nothing is charged.
   *
   * After a timeout, send the same batch again: items that were already charged are marked `replayed`.
   *
   * Requires a customer key or an operator key with the scope `usage:write`.
   */
  createChargeBatch(input: CreateChargeBatchParams, options?: CallOptions): Promise<BatchResults> {
    return this.call({ method: "POST", path: "/api/v1/usage/charges/batch", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Refund a charge to the balance, in part or in full.
   *
   * Requires an operator key. A charge can be refunded several times, up to its amount; a larger refund is 409 with `refundable_usd`.
   *
   * Requires a customer key or an operator key with the scope `usage:write`.
   */
  refundCharge(input: RefundChargeParams, options?: KeyedCallOptions): Promise<ChargeRefund> {
    return this.call({ method: "POST", path: "/api/v1/usage/charges/{charge_id}/refund", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * Reserve an amount before the work is done.
   *
   * A reserved amount cannot be spent on anything else. Capture the hold when the work is done, or release it. A hold that is neither captured nor released expires.
   *
   * Requires a customer key or an operator key with the scope `usage:write`.
   */
  createHold(input: CreateHoldParams, options?: KeyedCallOptions): Promise<Hold> {
    return this.call({ method: "POST", path: "/api/v1/usage/holds", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * Charge a hold, in part, in full, or more if available.
   *
   * Charges the reserved amount by default. If you charge less, the rest is released. If you charge more, the difference is taken from the available balance; if that is too low, nothing is charged and the response is 402.
   *
   * Repeating the same capture returns the same response. No idempotency key is needed: a hold is captured only once.
   *
   * Requires a customer key or an operator key with the scope `usage:write`.
   */
  captureHold(input: CaptureHoldParams, options?: CallOptions): Promise<CapturedHold> {
    return this.call({ method: "POST", path: "/api/v1/usage/holds/{hold_id}/capture", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Release a hold.
   *
   * Nothing is charged. Releasing a released or expired hold has no effect; releasing a captured hold is 409.
   *
   * Requires a customer key or an operator key with the scope `usage:write`.
   */
  releaseHold(input: ReleaseHoldParams, options?: CallOptions): Promise<Hold> {
    return this.call({ method: "POST", path: "/api/v1/usage/holds/{hold_id}/release", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Get a hold.
   *
   * Returns the status of a hold and the amount that was charged.
   *
   * Requires a customer key or an operator key with the scope `usage:read`.
   */
  getHold(input: GetHoldParams, options?: CallOptions): Promise<Hold> {
    return this.call({ method: "GET", path: "/api/v1/usage/holds/{hold_id}" }, input, options);
  }

  /**
   * Get total charges and refunds by type and API key.
   *
   * Sums charges and refunds by the time at which they were recorded, by default in the current UTC month. Both ends of the range are rounded down to the minute and returned in the response. A charge is included as soon as it is confirmed.
   *
   * Requires a customer key or an operator key with the scope `usage:read`.
   */
  getUsage(input?: GetUsageParams, options?: CallOptions): Promise<UsageTotals> {
    return this.call({ method: "GET", path: "/api/v1/usage" }, input, options);
  }

  /**
   * Get the cost over time.
   *
   * The cost is charges minus refunds, each counted at its own time, so a bucket can be negative. Buckets are minutes for `hour`, hours for `day`, and days for `week` and `month`, all in UTC and including empty ones.
   *
   * Requires a customer key or an operator key with the scope `usage:read`.
   */
  getUsageCost(input: GetUsageCostParams, options?: CallOptions): Promise<UsageCost> {
    return this.call({ method: "GET", path: "/api/v1/usage/cost" }, input, options);
  }

  /**
   * Create a customer with a balance of zero.
   *
   * Several customers may have the same email address, for example if one person owns two companies. Send an `Idempotency-Key`: without one, repeating the request creates a second customer.
   *
   * Requires an operator key with the scope `admin`.
   */
  createCustomer(input: CreateCustomerParams, options?: KeyedCallOptions): Promise<Customer> {
    return this.call({ method: "POST", path: "/api/v1/admin/customers", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * List customers with their balances, newest first.
   *
   * Lists all customers, or those with a given email address.
   *
   * Requires an operator key with the scope `admin`.
   */
  readonly listCustomers: ListCall<ListCustomersParams, CustomerList, Customer> = this.list({ method: "GET", path: "/api/v1/admin/customers" }, "customers");

  /**
   * Get a customer with its balance.
   *
   * The balance is exact: it includes everything that was confirmed before the request was sent.
   *
   * Requires an operator key with the scope `admin`.
   */
  getCustomer(input: GetCustomerParams, options?: CallOptions): Promise<Customer> {
    return this.call({ method: "GET", path: "/api/v1/admin/customers/{customer_id}" }, input, options);
  }

  /**
   * Freeze a customer's spending.
   *
   * New charges and holds are rejected with 403 until the customer is unfrozen. Top-ups are still credited, open holds can be captured, and charges with `overdraft: allow` are still recorded. Freezing a frozen customer has no effect.
   *
   * Requires an operator key with the scope `admin`.
   */
  freezeCustomer(input: FreezeCustomerParams, options?: CallOptions): Promise<Customer> {
    return this.call({ method: "POST", path: "/api/v1/admin/customers/{customer_id}/freeze", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Unfreeze a customer's spending.
   *
   * Works no matter who froze the customer. An account that was frozen because its ledger is inconsistent is frozen again by the next daily check unless the ledger has been repaired.
   *
   * Requires an operator key with the scope `admin`.
   */
  unfreezeCustomer(input: UnfreezeCustomerParams, options?: CallOptions): Promise<Customer> {
    return this.call({ method: "POST", path: "/api/v1/admin/customers/{customer_id}/unfreeze", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Pause a customer's automatic charges.
   *
   * No new automatic charge is started; one that was already sent to Stripe is completed. Rules keep their settings, and customers see `paused_by_operator`.
   *
   * Requires an operator key with the scope `admin`.
   */
  pauseAutoTopUpOfCustomer(input: PauseAutoTopUpOfCustomerParams, options?: CallOptions): Promise<AutoTopUpPause> {
    return this.call({ method: "POST", path: "/api/v1/admin/customers/{customer_id}/auto-topup/pause", hasBody: true }, input, options);
  }

  /**
   * Resume a customer's automatic charges.
   *
   * If the balance is below the threshold, the card is charged at once. A pause of all customers stays. Has no effect if the customer is not paused.
   *
   * Requires an operator key with the scope `admin`.
   */
  resumeAutoTopUpOfCustomer(input: ResumeAutoTopUpOfCustomerParams, options?: CallOptions): Promise<AutoTopUpPause> {
    return this.call({ method: "POST", path: "/api/v1/admin/customers/{customer_id}/auto-topup/resume", hasBody: true }, input, options);
  }

  /**
   * Pause all automatic charges.
   *
   * No new automatic charge is started; one that was already sent to Stripe is completed. Rules keep their settings, and customers see `paused_by_operator`. Pausing again only changes the reason.
   *
   * Requires an operator key with the scope `admin`.
   */
  pauseAllAutoTopUps(input: PauseAllAutoTopUpsParams, options?: CallOptions): Promise<AutoTopUpPause> {
    return this.call({ method: "POST", path: "/api/v1/admin/auto-topup/pause", hasBody: true }, input, options);
  }

  /**
   * Resume all automatic charges.
   *
   * Customers whose balance is below their threshold are charged within a minute or two. Pauses of single customers stay. Has no effect if nothing is paused.
   *
   * Requires an operator key with the scope `admin`.
   */
  resumeAllAutoTopUps(input: ResumeAllAutoTopUpsParams, options?: CallOptions): Promise<AutoTopUpPause> {
    return this.call({ method: "POST", path: "/api/v1/admin/auto-topup/resume", hasBody: true }, input, options);
  }

  /**
   * Create a one-time link to a customer's billing page.
   *
   * For a button in your own product: create a link when it is clicked, and redirect the browser to it. The user does not have to sign in again.
   *
   * The link works once, for ten minutes. It opens a session for this customer only, even if the person belongs to other customers, and makes the person a member: the owner if the address is the customer's own, otherwise with the role `billing`. Existing members keep their role.
   *
   * Requires an operator key with the scope `admin`.
   */
  createBillingLink(input: CreateBillingLinkParams, options?: CallOptions): Promise<BillingLink> {
    return this.call({ method: "POST", path: "/api/v1/admin/customers/{customer_id}/billing-link", hasBody: true }, input, options);
  }

  /**
   * Adjust a balance.
   *
   * Raises or lowers a balance without a payment, even if the account is frozen. Fails if it would take more than is available, unless `overdraft` is `allow`. To return a charge, refund the charge instead.
   *
   * Requires an operator key with the scope `admin`.
   */
  createAdjustment(input: CreateAdjustmentParams, options?: KeyedCallOptions): Promise<Adjustment> {
    return this.call({ method: "POST", path: "/api/v1/admin/adjustments", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * List adjustments, newest first.
   *
   * Lists the adjustments of all customers, or of one, with the API key that made each of them.
   *
   * Requires an operator key with the scope `admin`.
   */
  readonly listAdjustments: ListCall<ListAdjustmentsParams, AdjustmentList, ListedAdjustment> = this.list({ method: "GET", path: "/api/v1/admin/adjustments" }, "adjustments");

  /**
   * List top-ups of all customers, newest first.
   *
   * Use `status=needs_review` to find payments that were not credited and need a decision.
   *
   * Requires an operator key with the scope `admin`.
   */
  readonly listAllTopUps: ListCall<ListAllTopUpsParams, CustomerTopUpList, CustomerTopUp> = this.list({ method: "GET", path: "/api/v1/admin/topups" }, "topups");

  /**
   * Refund a top-up, in part or in full.
   *
   * Pays the payer back through Stripe and takes the same share of the credit from the balance, even if the balance becomes negative. Tax is refunded in proportion.
   *
   * With `dry_run`, nothing is refunded: the response shows what the refund would do to the balance. Returns 409 if the top-up is disputed or fully refunded.
   *
   * Requires an operator key with the scope `admin`.
   */
  refundTopUp(input: RefundTopUpParams, options?: KeyedCallOptions): Promise<TopUpRefund> {
    return this.call({ method: "POST", path: "/api/v1/admin/topups/{topup_intent_id}/refund", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * Enter what a dispute has taken.
   *
   * For disputes whose money moved in a currency that cannot be converted to US dollars (alert `dispute_amount_unknown`). The balance is brought in line with the amount. It applies until the dispute's money moves again. Entering the same amount again has no effect.
   *
   * Returns 409 if Stripe reports the amount in US dollars.
   *
   * Requires an operator key with the scope `admin`.
   */
  setDisputeAmount(input: SetDisputeAmountParams, options?: CallOptions): Promise<Dispute> {
    return this.call({ method: "POST", path: "/api/v1/admin/disputes/{dispute_id}/amount", hasBody: true }, input, options);
  }

  /**
   * Decide on a top-up in review.
   *
   * Credits or refunds a payment that did not match its top-up. The payment is read at Stripe first.
   *
   * `credit` adds exactly the top-up's amount. The payment must be paid, belong to this top-up and its customer, be in US dollars, and have received at least the amount after tax. Otherwise the response is 409 with the reason in `details.reason`: give it back, or adjust the balance and resolve the alert.
   *
   * `give_back` refunds everything that the payer paid. The balance does not change. The review ends when the refund is complete, and starts again if it fails.
   *
   * Requires an operator key with the scope `admin`.
   */
  resolveTopUp(input: ResolveTopUpParams, options?: KeyedCallOptions): Promise<TopUpResolution> {
    return this.call({ method: "POST", path: "/api/v1/admin/topups/{topup_intent_id}/resolve", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * List payments that must be refunded.
   *
   * Lists payments that were not credited. A task is done when all of the payment has gone back, no matter who refunded it, and opens again if the refund fails.
   *
   * Requires an operator key with the scope `admin`.
   */
  readonly listRefundTasks: ListCall<ListRefundTasksParams, RefundTaskList, RefundTask> = this.list({ method: "GET", path: "/api/v1/admin/refund-tasks" }, "refund_tasks");

  /**
   * List alerts, newest first.
   *
   * Lists what needs a person. Many alerts are resolved automatically when the problem is gone. An alert that is raised again keeps its id and its place in the list.
   *
   * Requires an operator key with the scope `admin`.
   */
  readonly listAlerts: ListCall<ListAlertsParams, AlertList, Alert> = this.list({ method: "GET", path: "/api/v1/admin/alerts" }, "alerts");

  /**
   * Get an alert.
   *
   * Returns the alert, whether it is open or resolved.
   *
   * Requires an operator key with the scope `admin`.
   */
  getAlert(input: GetAlertParams, options?: CallOptions): Promise<Alert> {
    return this.call({ method: "GET", path: "/api/v1/admin/alerts/{alert_id}" }, input, options);
  }

  /**
   * Resolve an alert.
   *
   * Says that a person has dealt with the problem. If it remains, a later check raises the alert again. Resolving a resolved alert has no effect.
   *
   * Resolving `second_payment` also dismisses its refund task. Resolving `top_up_needs_review` also ends the review: the top-up becomes `canceled`, and nothing is credited or refunded. To credit or refund it, resolve the top-up instead.
   *
   * Requires an operator key with the scope `admin`.
   */
  resolveAlert(input: ResolveAlertParams, options?: CallOptions): Promise<Alert> {
    return this.call({ method: "POST", path: "/api/v1/admin/alerts/{alert_id}/resolve", hasBody: true }, input, options);
  }

  /**
   * Create an API key.
   *
   * Creates a key for a customer or for the operator.
   *
   * The secret is in `api_key` and is shown only once. Repeating the request with the same `Idempotency-Key` returns the same key with `api_key: null`. If you lost the first response, revoke that key and create another.
   *
   * Requires an operator key with the scope `admin`.
   */
  createApiKey(input: CreateApiKeyParams, options?: KeyedCallOptions): Promise<NewApiKey> {
    return this.call({ method: "POST", path: "/api/v1/admin/api-keys", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * List API keys, newest first.
   *
   * Lists the keys of all customers and of the operator, including revoked and expired keys. Secrets are never returned.
   *
   * Requires an operator key with the scope `admin`.
   */
  readonly listApiKeys: ListCall<ListApiKeysParams, ApiKeyList, ApiKey> = this.list({ method: "GET", path: "/api/v1/admin/api-keys" }, "api_keys");

  /**
   * Get an API key.
   *
   * Returns everything about the key except its secret, which is not stored.
   *
   * Requires an operator key with the scope `admin`.
   */
  getApiKey(input: GetApiKeyParams, options?: CallOptions): Promise<ApiKey> {
    return this.call({ method: "GET", path: "/api/v1/admin/api-keys/{api_key_id}" }, input, options);
  }

  /**
   * Replace an API key with a new one.
   *
   * The new key has the same customer, name and scopes. The old key keeps working for a grace period, so that you can switch your programs over. A key can be rolled once.
   *
   * The secret is in `api_key` and is shown only once. Repeating the request with the same `Idempotency-Key` returns the same key with `api_key: null`. If you lost the first response, revoke that key and create another.
   *
   * Requires an operator key with the scope `admin`.
   */
  rollApiKey(input: RollApiKeyParams, options?: KeyedCallOptions): Promise<RolledApiKey> {
    return this.call({ method: "POST", path: "/api/v1/admin/api-keys/{api_key_id}/roll", hasBody: true, takesKey: true }, input, options);
  }

  /**
   * Revoke an API key.
   *
   * The key stops working in every process before this call returns. Revoking a key again has no effect. The last active key with the scope `admin` is revoked only with `force: true`.
   *
   * Requires an operator key with the scope `admin`.
   */
  revokeApiKey(input: RevokeApiKeyParams, options?: CallOptions): Promise<ApiKey> {
    return this.call({ method: "POST", path: "/api/v1/admin/api-keys/{api_key_id}/revoke", hasBody: true, isRepeatable: true }, input, options);
  }

  /**
   * Check that the process is up.
   *
   * Checks nothing else. Use it as a liveness probe.
   */
  getHealth(options?: CallOptions): Promise<Health> {
    return this.call({ method: "GET", path: "/api/v1/health" }, {}, options);
  }

  /**
   * Check the database, its migrations and the worker.
   *
   * 503 if the database is unreachable, migrations are missing, or no worker has reported for a minute. The result may be up to one second old.
   */
  getReady(options?: CallOptions): Promise<Readiness> {
    return this.call({ method: "GET", path: "/api/v1/ready" }, {}, options);
  }

  /**
   * Get metrics for Prometheus.
   *
   * Metrics of this process: request durations by operation and status, and resource usage. Metrics of the installation: inconsistent balances, stuck top-ups, failed events, waiting jobs, open alerts.
   *
   * Requires an operator key with the scope `admin`.
   */
  getMetrics(options?: CallOptions): Promise<string> {
    return this.call({ method: "GET", path: "/api/v1/metrics", isText: true }, {}, options);
  }

  /**
   * Get this document.
   *
   * The API as an OpenAPI 3.1 document, generated from the schemas that validate requests. For people, there is `/docs/api`.
   */
  getOpenApiDocument(options?: CallOptions): Promise<OpenApiDocument> {
    return this.call({ method: "GET", path: "/api/v1/openapi.json" }, {}, options);
  }
}
