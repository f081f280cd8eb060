import { type Decline, declines } from "./declines";

/** What happens after a successful payment. */
export type Afterwards = "dispute" | "fraud_warning" | "inquiry" | "refund_fails" | "refund_pending";

/**
 * When the bank requires 3-D Secure:
 * `unless_set_up`: always on-session; off-session only if the card was never set up.
 * `always`: every time, so an off-session payment never succeeds.
 * `on_session`: on-session only; off-session it counts as set up.
 */
type Authentication = "unless_set_up" | "always" | "on_session";

/** Behavior of one of Stripe's test cards. */
export interface TestCard {
  number: string;
  /** Shown next to the number on the page. */
  label: string;
  country: string;
  funding: "credit" | "debit" | "prepaid";
  /** Comes first; the declines below follow after it is passed. */
  authentication?: Authentication;
  /** The decline of a charge. */
  onCharge?: Decline;
  /** The decline of saving the card without a charge. */
  onSetup?: Decline;
  afterwards?: Afterwards;
  /** Names that the API accepts as payment method ids; `tok_…` of the same name is the card's token. */
  aliases?: readonly string[];
}

const us = { country: "US", funding: "credit" } as const;

function declined(number: string, label: string, decline: Decline, ...aliases: string[]): TestCard {
  return { number, label, ...us, onCharge: decline, onSetup: decline, aliases };
}

/** Stripe's published test numbers. @see https://docs.stripe.com/testing */
export const testCards: readonly TestCard[] = [
  { number: "4242424242424242", label: "Visa, succeeds", ...us, aliases: ["pm_card_visa"] },
  { number: "5555555555554444", label: "Mastercard, succeeds", ...us, aliases: ["pm_card_mastercard"] },
  { number: "378282246310005", label: "American Express, succeeds", ...us, aliases: ["pm_card_amex"] },
  declined(
    "4000000000009995",
    "Declined: insufficient funds",
    declines.insufficientFunds,
    "pm_card_chargeDeclinedInsufficientFunds",
    "pm_card_visa_chargeDeclinedInsufficientFunds",
  ),
  declined(
    "4000000000000002",
    "Declined: no reason given",
    declines.generic,
    "pm_card_chargeDeclined",
    "pm_card_visa_chargeDeclined",
  ),
  declined(
    "4000000000009987",
    "Declined: lost card",
    declines.lostCard,
    "pm_card_visa_chargeDeclinedLostCard",
  ),
  declined(
    "4000000000009979",
    "Declined: stolen card",
    declines.stolenCard,
    "pm_card_visa_chargeDeclinedStolenCard",
  ),
  declined(
    "4000000000000069",
    "Declined: expired card",
    declines.expiredCard,
    "pm_card_chargeDeclinedExpiredCard",
  ),
  declined(
    "4000000000000127",
    "Declined: wrong CVC",
    declines.incorrectCvc,
    "pm_card_chargeDeclinedIncorrectCvc",
  ),
  declined(
    "4000000000000119",
    "Declined: processing error",
    declines.processingError,
    "pm_card_chargeDeclinedProcessingError",
  ),
  {
    number: "4000000000000341",
    label: "Saves, then every charge fails",
    ...us,
    onCharge: declines.generic,
    aliases: ["pm_card_chargeCustomerFail"],
  },
  {
    number: "4000002500003155",
    label: "3-D Secure unless set up",
    ...us,
    authentication: "unless_set_up",
    aliases: ["pm_card_authenticationRequiredOnSetup"],
  },
  {
    number: "4000002760003184",
    label: "3-D Secure every time",
    ...us,
    authentication: "always",
    aliases: ["pm_card_authenticationRequired"],
  },
  {
    number: "4000000000003220",
    label: "3-D Secure 2 every time",
    ...us,
    authentication: "always",
    aliases: ["pm_card_threeDSecure2Required"],
  },
  {
    number: "4000003800000446",
    label: "3-D Secure on session",
    ...us,
    authentication: "on_session",
    aliases: ["pm_card_authenticationRequiredSetupForOffSession"],
  },
  {
    number: "4000008260003178",
    label: "3-D Secure, then insufficient funds",
    ...us,
    authentication: "unless_set_up",
    onCharge: declines.insufficientFunds,
    aliases: ["pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"],
  },
  {
    number: "4000008400001629",
    label: "3-D Secure, then declined",
    ...us,
    authentication: "always",
    onCharge: declines.generic,
    onSetup: declines.generic,
    aliases: ["pm_card_threeDSecureRequiredChargeDeclined"],
  },
  {
    number: "4000000000000259",
    label: "Succeeds, then disputed",
    ...us,
    afterwards: "dispute",
    aliases: ["pm_card_createDispute"],
  },
  {
    number: "4000000000001976",
    label: "Succeeds, then an inquiry",
    ...us,
    afterwards: "inquiry",
    aliases: ["pm_card_createDisputeInquiry"],
  },
  {
    number: "4000000000005423",
    label: "Succeeds, then an early fraud warning",
    ...us,
    afterwards: "fraud_warning",
    aliases: ["pm_card_createIssuerFraudRecord"],
  },
  {
    number: "4000000000005126",
    label: "Refund fails later",
    ...us,
    afterwards: "refund_fails",
    aliases: ["pm_card_refundFail"],
  },
  {
    number: "4000000000007726",
    label: "Refund is pending first",
    ...us,
    afterwards: "refund_pending",
    aliases: ["pm_card_pendingRefund"],
  },
  {
    number: "4000056655665556",
    label: "Visa debit, succeeds",
    country: "US",
    funding: "debit",
    aliases: ["pm_card_visa_debit"],
  },
  { number: "2223003122003222", label: "Mastercard 2-series, succeeds", ...us },
  { number: "6011111111111117", label: "Discover, succeeds", ...us, aliases: ["pm_card_discover"] },
  {
    number: "3566002020360505",
    label: "JCB, succeeds",
    country: "JP",
    funding: "credit",
    aliases: ["pm_card_jcb"],
  },
  {
    number: "4000002760000016",
    label: "Visa from Germany, succeeds",
    country: "DE",
    funding: "credit",
    aliases: ["pm_card_de"],
  },
  {
    number: "4000002500000003",
    label: "Visa from France, succeeds",
    country: "FR",
    funding: "credit",
    aliases: ["pm_card_fr"],
  },
  {
    number: "4000008260000000",
    label: "Visa from the UK, succeeds",
    country: "GB",
    funding: "credit",
    aliases: ["pm_card_gb"],
  },
];

/** A number that is not a test card: declined, as in Stripe's test mode. */
function unlistedCard(number: string): TestCard {
  return declined(number, "Not a test card", declines.notATestCard);
}

export function cardByNumber(number: string): TestCard {
  return testCards.find((card) => card.number === number) ?? unlistedCard(number);
}

export function cardByAlias(alias: string): TestCard | undefined {
  return testCards.find((card) => card.aliases?.includes(alias));
}

/** Returns the card of a token such as `tok_visa`. */
export function cardByToken(token: string): TestCard | undefined {
  return token.startsWith("tok_") ? cardByAlias(token.replace("tok_", "pm_card_")) : undefined;
}
