import type { ApiRequest, Operation } from "../../api/operation";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { readAddress } from "../address";
import { loadLive, loadReferenced } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { mapOf, numberOr, textOr, updatedText } from "../param-readers";
import { listOperation, retrieveOperation } from "../read-operations";
import { attachPaymentMethod } from "./attach-payment-method";
import { detachPaymentMethod } from "./detach-payment-method";
import { paymentMethodSaveOptions } from "./payment-method";

export const paymentMethodOperations: readonly Operation[] = [
  retrieveOperation("PaymentMethods.retrieve", "payment_method", "payment_method"),
  listOperation("PaymentMethods.list", "payment_method", ["customer", "type", "allow_redisplay"]),
  { id: "PaymentMethods.update", check: checkUpdate, run: updatePaymentMethod },
  { id: "PaymentMethods.attach", check: checkAttach, run: attach },
  { id: "PaymentMethods.detach", run: (tx, { ids }) => detachPaymentMethod(tx, ids.payment_method ?? "") },
];

function checkAttach({ params }: ApiRequest): void {
  if (typeof params.customer !== "string") throw missingParameter("customer");
}

async function attach(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.PaymentMethod> {
  const customer = textOr(params.customer, "");
  await loadReferenced(tx, "customer", customer, "customer", "lock");
  return attachPaymentMethod(tx, ids.payment_method ?? "", customer, "payment_method");
}

function checkUpdate({ params }: ApiRequest): void {
  const month = mapOf(params.card)?.exp_month;
  if (typeof month === "number" && (month < 1 || month > 12)) {
    throw invalidRequest(
      "Your card's expiration month is invalid.",
      "card[exp_month]",
      "invalid_expiry_month",
    );
  }
}

async function updatePaymentMethod(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.PaymentMethod> {
  const { data: before } = await loadLive<Stripe.PaymentMethod>(
    tx,
    "payment_method",
    ids.payment_method ?? "",
  );
  if (!before.customer) {
    throw invalidRequest("You must save this PaymentMethod to a customer before you can update it.");
  }
  const card = mapOf(params.card);
  const after: Stripe.PaymentMethod = {
    ...before,
    allow_redisplay: textOr(
      params.allow_redisplay,
      before.allow_redisplay,
    ) as Stripe.PaymentMethod.AllowRedisplay,
    billing_details: updatedBilling(before.billing_details, params),
    ...(before.card && {
      card: {
        ...before.card,
        exp_month: numberOr(card?.exp_month, before.card.exp_month),
        exp_year: numberOr(card?.exp_year, before.card.exp_year),
      },
    }),
    metadata: mergeMetadata(before.metadata, params.metadata),
  };
  const previous = changedAttributes(before, after);
  if (!previous) return after;
  await updateObject(tx, after, paymentMethodSaveOptions(after));
  await recordEvent(tx, "payment_method.updated", after, previous);
  return after;
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
