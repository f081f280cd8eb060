import type { Params } from "../../api/request-schema";
import { invalidRequest, noSuchObject } from "../../api/stripe-error";
import type { Stripe } from "../../stripe-types";
import { mapOf, textOr } from "../params";

const TEXTS = [
  "access_activity_log",
  "billing_address",
  "cancellation_policy_disclosure",
  "cancellation_rebuttal",
  "customer_email_address",
  "customer_name",
  "customer_purchase_ip",
  "duplicate_charge_explanation",
  "duplicate_charge_id",
  "product_description",
  "refund_policy_disclosure",
  "refund_refusal_explanation",
  "service_date",
  "shipping_address",
  "shipping_carrier",
  "shipping_date",
  "shipping_tracking_number",
  "uncategorized_text",
] as const;

const FILES = [
  "cancellation_policy",
  "customer_communication",
  "customer_signature",
  "duplicate_charge_documentation",
  "receipt",
  "refund_policy",
  "service_documentation",
  "shipping_documentation",
  "uncategorized_file",
] as const;

type Fields<Names extends readonly string[]> = Record<Names[number], null>;

export function emptyEvidence(): Stripe.Dispute.Evidence {
  return { ...nothing(TEXTS), ...nothing(FILES), enhanced_evidence: {} };
}

function nothing<Names extends readonly string[]>(names: Names): Fields<Names> {
  // Object.fromEntries loses the type of the keys.
  return Object.fromEntries(names.map((name) => [name, null])) as Fields<Names>;
}

/**
 * Refuses files, because nothing can be uploaded to the sandbox.
 *
 * @throws StripeError 400
 */
export function checkEvidence(evidence: Params): void {
  for (const name of FILES) {
    const id = evidence[name];
    if (typeof id === "string") throw noSuchObject("file upload", id, `evidence[${name}]`, 400);
  }
  const [file] = asList(appealCard(evidence)?.supporting_files);
  if (file !== undefined) {
    throw noSuchObject("file upload", String(file), "evidence[appeal][card][supporting_files]", 400);
  }
  const enhanced = evidence.enhanced_evidence;
  if (enhanced !== undefined && enhanced !== null) {
    throw invalidRequest(
      "This sandbox does not support enhanced evidence yet.",
      "evidence[enhanced_evidence]",
    );
  }
}

/** Replaces the given fields and keeps the others. */
export function mergeEvidence(current: Stripe.Dispute.Evidence, given: Params): Stripe.Dispute.Evidence {
  const merged: Stripe.Dispute.Evidence = { ...current };
  for (const name of TEXTS) {
    if (given[name] !== undefined) merged[name] = textOr(given[name], null);
  }
  const reason = appealCard(given)?.reason_for_filing;
  if (typeof reason === "string") merged.appeal = { card: { reason_for_filing: reason } };
  return merged;
}

function appealCard(evidence: Params): Params | undefined {
  return mapOf(mapOf(evidence.appeal)?.card);
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
