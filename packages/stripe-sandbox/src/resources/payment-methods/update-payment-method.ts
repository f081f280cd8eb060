import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { readAddress } from "../address";
import { loadLive } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { mapOf, numberOr, textOr, updatedText } from "../param-readers";
import { paymentMethodSaveOptions } from "./payment-method";
import { checkExpiry } from "./read-card-params";

const NOT_BUILT = ["us_bank_account"];

export function checkUpdateMethod({ params }: ApiRequest): void {
  const unbuilt = NOT_BUILT.find((name) => params[name] !== undefined);
  if (unbuilt) throw invalidRequest(`This sandbox does not support the parameter ${unbuilt} yet.`, unbuilt);
  if (mapOf(params.card)?.networks === undefined) return;
  throw invalidRequest("This sandbox does not support the parameter card[networks] yet.", "card[networks]");
}

/** Changes what may be changed of a saved payment method: expiry, billing details, display, metadata. */
export async function updatePaymentMethod(
  tx: Tx,
  { params, ids }: ApiRequest,
): Promise<Stripe.PaymentMethod> {
  const id = ids.payment_method ?? "";
  const { data: before } = await loadLive<Stripe.PaymentMethod>(tx, "payment_method", id);
  if (!before.customer) {
    throw invalidRequest("You must save this PaymentMethod to a customer before you can update it.");
  }
  const after: Stripe.PaymentMethod = {
    ...before,
    allow_redisplay: textOr(
      params.allow_redisplay,
      before.allow_redisplay,
    ) as Stripe.PaymentMethod.AllowRedisplay,
    billing_details: updatedBilling(before.billing_details, params),
    ...(before.card && { card: updatedCard(before.card, params, tx.now) }),
    metadata: mergeMetadata(before.metadata, params.metadata),
  };
  const previous = changedAttributes(before, after);
  if (!previous) return after;
  await updateObject(tx, after, paymentMethodSaveOptions(after));
  await recordEvent(tx, "payment_method.updated", after, previous);
  return after;
}

function updatedCard(
  card: Stripe.PaymentMethod.Card,
  params: ApiRequest["params"],
  now: number,
): Stripe.PaymentMethod.Card {
  const change = mapOf(params.card);
  if (!change) return card;
  const month = numberOr(change.exp_month, card.exp_month);
  const year = numberOr(change.exp_year, card.exp_year);
  checkExpiry(month, year, now);
  return { ...card, exp_month: month, exp_year: year };
}

function updatedBilling(
  current: Stripe.PaymentMethod.BillingDetails,
  params: ApiRequest["params"],
): Stripe.PaymentMethod.BillingDetails {
  const change = mapOf(params.billing_details);
  if (!change) return current;
  return {
    ...current,
    ...(change.address !== undefined && { address: readAddress(change.address) as Stripe.Address | null }),
    email: updatedText(change.email, current.email),
    name: updatedText(change.name, current.name),
    phone: updatedText(change.phone, current.phone),
  };
}
