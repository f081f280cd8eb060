import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { readAddress } from "../address";
import { mergeMetadata } from "../merge-metadata";
import { mapOf, textOr } from "../param-readers";
import { type Billing, createCard } from "./payment-method";
import { readCardParams } from "./read-card-params";
import { checkSepaAccount, createSepaAccount } from "./sepa-account";

const KNOWN = ["allow_redisplay", "billing_details", "card", "expand", "metadata", "sepa_debit", "type"];

export function checkCreateMethod({ params }: ApiRequest): void {
  if (params.type === undefined) throw missingParameter("type");
  const unbuilt = Object.keys(params).find((name) => !KNOWN.includes(name));
  if (unbuilt) throw notBuilt(unbuilt);
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
  if (card.networks !== undefined) throw notBuilt("card[networks]");
}

function notBuilt(param: string) {
  return invalidRequest(`This sandbox does not support the parameter ${param} yet.`, param);
}

/** Makes a card or an account that belongs to nobody yet. Its bank is not asked. */
export function createPaymentMethod(tx: Tx, { params }: ApiRequest): Promise<Stripe.PaymentMethod> {
  const billing = readBilling(mapOf(params.billing_details) ?? {});
  if (params.type === "sepa_debit") return createSepaAccount(tx, params, billing);
  return createCard(tx, {
    ...readCardParams(mapOf(params.card) ?? {}, tx.now),
    billing,
    allowRedisplay: textOr(params.allow_redisplay, "unspecified") as Stripe.PaymentMethod.AllowRedisplay,
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
