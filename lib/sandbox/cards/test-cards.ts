import { type Decline, declines } from "./declines";

/** What happens when one of Stripe's test card numbers is used. */
export interface TestCard {
  number: string;
  /** Shown beside the number on the page. */
  label: string;
  country: string;
  funding: "credit" | "debit" | "prepaid";
  /** Refused when charged. */
  onCharge?: Decline;
  /** Refused when saved without a charge. */
  onSetup?: Decline;
  /** Real Stripe does something with it that the sandbox cannot do yet, so using it is refused with this reason. */
  notBuilt?: string;
  /** Names that the API takes in place of a payment method id. */
  alias?: string;
}

const THREE_D_SECURE = "This test card needs 3-D Secure, which this sandbox does not do yet.";
const DISPUTES = "This test card causes a dispute, which this sandbox does not do yet.";
const REFUNDS = "This test card tests refunds, which this sandbox does not do yet.";

const us = { country: "US", funding: "credit" } as const;

function declined(number: string, label: string, decline: Decline): TestCard {
  return { number, label, ...us, onCharge: decline, onSetup: decline };
}

/** Stripe's published test numbers. @see https://docs.stripe.com/testing */
export const testCards: readonly TestCard[] = [
  { number: "4242424242424242", label: "Visa, succeeds", ...us, alias: "pm_card_visa" },
  { number: "5555555555554444", label: "Mastercard, succeeds", ...us, alias: "pm_card_mastercard" },
  { number: "378282246310005", label: "American Express, succeeds", ...us, alias: "pm_card_amex" },
  declined("4000000000009995", "Declined: insufficient funds", declines.insufficientFunds),
  declined("4000000000000002", "Declined: no reason given", declines.generic),
  declined("4000000000009987", "Declined: lost card", declines.lostCard),
  declined("4000000000009979", "Declined: stolen card", declines.stolenCard),
  declined("4000000000000069", "Declined: expired card", declines.expiredCard),
  declined("4000000000000127", "Declined: wrong CVC", declines.incorrectCvc),
  declined("4000000000000119", "Declined: processing error", declines.processingError),
  {
    number: "4000000000000341",
    label: "Saves, then every charge fails",
    ...us,
    onCharge: declines.generic,
    alias: "pm_card_chargeCustomerFail",
  },
  { number: "4000002500003155", label: "3-D Secure unless set up", ...us, notBuilt: THREE_D_SECURE },
  { number: "4000002760003184", label: "3-D Secure every time", ...us, notBuilt: THREE_D_SECURE },
  { number: "4000003800000446", label: "3-D Secure on session", ...us, notBuilt: THREE_D_SECURE },
  {
    number: "4000008260003178",
    label: "3-D Secure, then insufficient funds",
    ...us,
    notBuilt: THREE_D_SECURE,
  },
  { number: "4000008400001629", label: "3-D Secure, then declined", ...us, notBuilt: THREE_D_SECURE },
  { number: "4000000000000259", label: "Succeeds, then disputed", ...us, notBuilt: DISPUTES },
  { number: "4000000000001976", label: "Succeeds, then an inquiry", ...us, notBuilt: DISPUTES },
  { number: "4000000000005126", label: "Refund fails later", ...us, notBuilt: REFUNDS },
  { number: "4000000000007726", label: "Refund is pending first", ...us, notBuilt: REFUNDS },
  {
    number: "4000056655665556",
    label: "Visa debit, succeeds",
    country: "US",
    funding: "debit",
    alias: "pm_card_visa_debit",
  },
  { number: "2223003122003222", label: "Mastercard 2-series, succeeds", ...us },
  { number: "6011111111111117", label: "Discover, succeeds", ...us, alias: "pm_card_discover" },
  {
    number: "3566002020360505",
    label: "JCB, succeeds",
    country: "JP",
    funding: "credit",
    alias: "pm_card_jcb",
  },
  {
    number: "4000002760000016",
    label: "Visa from Germany, succeeds",
    country: "DE",
    funding: "credit",
    alias: "pm_card_de",
  },
  {
    number: "4000002500000003",
    label: "Visa from France, succeeds",
    country: "FR",
    funding: "credit",
    alias: "pm_card_fr",
  },
  {
    number: "4000008260000000",
    label: "Visa from the UK, succeeds",
    country: "GB",
    funding: "credit",
    alias: "pm_card_gb",
  },
];

/** A number that is no test card: test mode refuses it, as Stripe's does. */
function unlistedCard(number: string): TestCard {
  return declined(number, "Not a test card", declines.notATestCard);
}

export function cardByNumber(number: string): TestCard {
  return testCards.find((card) => card.number === number) ?? unlistedCard(number);
}

export function cardByAlias(alias: string): TestCard | undefined {
  return testCards.find((card) => card.alias === alias);
}
