/** The parts of a card that are shown. */
export interface ShownCard {
  brand: string;
  last4: string;
}

/** Stripe's names of brands that are not just their name with a capital. */
const BRANDS: Record<string, string> = {
  amex: "American Express",
  cartes_bancaires: "Cartes Bancaires",
  diners: "Diners Club",
  eftpos_au: "Eftpos",
  jcb: "JCB",
  unionpay: "UnionPay",
  unknown: "Card",
};

/** "Visa •••• 4242". */
export function cardName({ brand, last4 }: ShownCard): string {
  return `${BRANDS[brand] ?? brand.charAt(0).toUpperCase() + brand.slice(1)} •••• ${last4}`;
}

/** "04/29", as it stands on the card. */
export function expiryOf(expMonth: number, expYear: number): string {
  return `${String(expMonth).padStart(2, "0")}/${String(expYear % 100).padStart(2, "0")}`;
}

/** Whether a card can no longer be charged: it is good to the end of its month. */
export function isExpired(expMonth: number, expYear: number, now: Date): boolean {
  return now.getTime() >= Date.UTC(expYear, expMonth, 1);
}
