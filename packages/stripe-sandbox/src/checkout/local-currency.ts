import type { Session, SessionSecrets } from "../resources/checkout-sessions/session";
import type { CheckoutForm } from "./checkout-form";

/** Exchange rates in smallest units per ten dollars; fixed, so that tests are predictable. */
const UNITS_PER_TEN_DOLLARS: Record<string, number> = {
  aud: 1520,
  brl: 5000,
  cad: 1370,
  chf: 880,
  dkk: 6860,
  eur: 920,
  gbp: 790,
  inr: 83_500,
  jpy: 1500,
  mxn: 17_000,
  nok: 10_700,
  nzd: 1650,
  pln: 4000,
  sek: 10_500,
};

/** Conversion fee in percent. Stripe charges between 2 and 4. */
const CONVERSION_FEE_PERCENT = 4;

const EURO = "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(" ");

const currencies: Record<string, string> = {
  ...Object.fromEntries(EURO.map((country) => [country, "eur"])),
  AU: "aud",
  BR: "brl",
  CA: "cad",
  CH: "chf",
  DK: "dkk",
  GB: "gbp",
  IN: "inr",
  JP: "jpy",
  MX: "mxn",
  NO: "nok",
  NZ: "nzd",
  PL: "pln",
  SE: "sek",
};

interface LocalPrice {
  presentment_amount: number;
  presentment_currency: string;
}

/** Converts US cents to the payer's currency, including the conversion fee, rounded half up. */
export function localPrice(cents: number, currency: string): LocalPrice {
  const units = UNITS_PER_TEN_DOLLARS[currency];
  if (units === undefined) throw new Error(`no rate for ${currency}`);
  const scaled = cents * units * (100 + CONVERSION_FEE_PERCENT);
  return { presentment_amount: Math.floor((scaled * 2 + 100_000) / 200_000), presentment_currency: currency };
}

/**
 * Returns the currency that Adaptive Pricing offers besides the session's own. The payer's location follows from
 * Stripe's test convention, an e-mail address with `+location_DE` in it, or from `?location=DE` on the page.
 *
 * @see https://docs.stripe.com/payments/currencies/localize-prices/adaptive-pricing
 */
export function offeredCurrency(
  session: Session,
  secrets: SessionSecrets,
  form: Pick<CheckoutForm, "email" | "location">,
): string | undefined {
  const { setupFutureUsage, captureMethod } = secrets.payment;
  if (session.mode !== "payment" || !session.adaptive_pricing?.enabled) return undefined;
  if (setupFutureUsage || captureMethod === "manual" || session.currency !== "usd") return undefined;
  const country = form.location || /\+location_([A-Za-z]{2})@/.exec(form.email)?.[1];
  return currencies[(country ?? "").toUpperCase()];
}

/** Returns the currency that the payer chose; undefined for the session's own. */
export function chosenCurrency(
  session: Session,
  secrets: SessionSecrets,
  form: CheckoutForm,
): string | undefined {
  const offered = offeredCurrency(session, secrets, form);
  // US bank accounts pay in dollars.
  return form.payIn === offered && !form.payBy?.startsWith("bank") ? offered : undefined;
}
