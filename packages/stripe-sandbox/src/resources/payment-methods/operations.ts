import type { ApiRequest, Operation } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, missingParameter, StripeError } from "../../api/stripe-error";
import { brandOf, hasValidCheckDigit } from "../../cards/card-brands";
import { cardByNumber, cardByToken, type TestCard } from "../../cards/test-cards";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { listOperation, loadLive, loadReferenced, retrieveOperation } from "../load-object";
import {
  enumOr,
  mapOf,
  mergeMetadata,
  notSupported,
  numberOr,
  readAddress,
  textOr,
  updatedText,
} from "../params";
import { attachPaymentMethod, detachPaymentMethod } from "./attach-payment-method";
import { checkSepaAccount, createSepaAccount } from "./bank-accounts";
import { type Billing, createCard, savePaymentMethod } from "./payment-method";

export const paymentMethodOperations: readonly Operation[] = [
  { id: "PaymentMethods.create", check: checkCreateMethod, run: createPaymentMethod },
  retrieveOperation("PaymentMethods.retrieve", "payment_method", "payment_method"),
  listOperation("PaymentMethods.list", "payment_method", ["customer", "type", "allow_redisplay"]),
  { id: "PaymentMethods.update", check: checkUpdateMethod, run: updatePaymentMethod },
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

const KNOWN = ["allow_redisplay", "billing_details", "card", "expand", "metadata", "sepa_debit", "type"];

function checkCreateMethod({ params }: ApiRequest): void {
  if (params.type === undefined) throw missingParameter("type");
  const unsupported = Object.keys(params).find((name) => !KNOWN.includes(name));
  if (unsupported) throw notSupported(unsupported);
  if (params.type === "card") checkCard(params);
  else if (params.type === "sepa_debit") checkSepaAccount(params);
  else {
    throw invalidRequest(
      `This sandbox does not make payment methods of the type ${params.type} through the API yet.`,
      "type",
    );
  }
}

function checkCard(params: Params): void {
  const card = mapOf(params.card);
  if (!card) throw missingParameter("card");
  if (card.networks !== undefined) throw notSupported("card[networks]");
}

/** Creates a payment method without a customer. The bank is not asked. */
function createPaymentMethod(tx: Tx, { params }: ApiRequest): Promise<Stripe.PaymentMethod> {
  const billing = readBilling(mapOf(params.billing_details) ?? {});
  if (params.type === "sepa_debit") return createSepaAccount(tx, params, billing);
  return createCard(tx, {
    ...readCardParams(mapOf(params.card) ?? {}, tx.now),
    billing,
    allowRedisplay: enumOr(params.allow_redisplay, "unspecified"),
    metadata: mergeMetadata({}, params.metadata),
  });
}

function readBilling(details: Params): Billing {
  return {
    address: readAddress(details.address),
    email: textOr(details.email, null),
    name: textOr(details.name, null),
    phone: textOr(details.phone, null),
  };
}

function checkUpdateMethod({ params }: ApiRequest): void {
  if (params.us_bank_account !== undefined) throw notSupported("us_bank_account");
  if (mapOf(params.card)?.networks !== undefined) throw notSupported("card[networks]");
}

/** Changes the expiry, billing details, display or metadata of an attached payment method. */
async function updatePaymentMethod(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.PaymentMethod> {
  const id = ids.payment_method ?? "";
  const { data: before } = await loadLive<Stripe.PaymentMethod>(tx, "payment_method", id);
  if (!before.customer) {
    throw invalidRequest("You must save this PaymentMethod to a customer before you can update it.");
  }
  const after: Stripe.PaymentMethod = {
    ...before,
    allow_redisplay: enumOr(params.allow_redisplay, before.allow_redisplay),
    billing_details: updatedBilling(before.billing_details, params),
    ...(before.card && { card: updatedCard(before.card, params, tx.now) }),
    metadata: mergeMetadata(before.metadata, params.metadata),
  };
  const previous = changedAttributes(before, after);
  if (!previous) return after;
  await savePaymentMethod(tx, after);
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
    ...(change.address !== undefined && { address: readAddress(change.address) }),
    email: updatedText(change.email, current.email),
    name: updatedText(change.name, current.name),
    phone: updatedText(change.phone, current.phone),
  };
}

interface CardFromParams {
  card: TestCard;
  expMonth: number;
  expYear: number;
}

/**
 * Reads the card of `card[number]` or `card[token]`.
 *
 * @throws StripeError 402 for an impossible number, as at Stripe
 */
function readCardParams(card: Params, now: number): CardFromParams {
  if (typeof card.token === "string") {
    const known = cardByToken(card.token);
    if (!known) throw invalidRequest(`No such token: '${card.token}'`, "card[token]", "resource_missing");
    return { card: known, expMonth: 12, expYear: yearOf(now) + 1 };
  }
  if (typeof card.number !== "string") throw missingParameter("card[number]");
  if (typeof card.exp_month !== "number") throw missingParameter("card[exp_month]");
  if (typeof card.exp_year !== "number") throw missingParameter("card[exp_year]");
  const number = card.number.replace(/[\s-]/g, "");
  if (!/^\d{12,19}$/.test(number) || !hasValidCheckDigit(number)) {
    throw cardError("incorrect_number", "Your card number is incorrect.", "card[number]");
  }
  checkExpiry(card.exp_month, fullYear(card.exp_year), now);
  if (typeof card.cvc === "string") checkCvc(card.cvc, number, "card[cvc]");
  return { card: cardByNumber(number), expMonth: card.exp_month, expYear: fullYear(card.exp_year) };
}

function checkExpiry(month: number, year: number, now: number): void {
  if (month < 1 || month > 12) {
    throw cardError("invalid_expiry_month", "Your card's expiration month is invalid.", "card[exp_month]");
  }
  const thisMonth = new Date(now * 1000).getUTCMonth() + 1;
  const isPast = year < yearOf(now) || (year === yearOf(now) && month < thisMonth);
  if (!isPast && year <= yearOf(now) + 50) return;
  throw cardError("invalid_expiry_year", "Your card's expiration year is invalid.", "card[exp_year]");
}

function checkCvc(cvc: string, number: string, param: string): void {
  const length = brandOf(number) === "amex" ? 4 : 3;
  if (new RegExp(`^\\d{${length}}$`).test(cvc)) return;
  throw cardError("invalid_cvc", "Your card's security code is invalid.", param);
}

function cardError(code: string, message: string, param: string): StripeError {
  return new StripeError(402, { type: "card_error", code, message, param });
}

function yearOf(now: number): number {
  return new Date(now * 1000).getUTCFullYear();
}

function fullYear(year: number): number {
  return year < 100 ? 2000 + year : year;
}
