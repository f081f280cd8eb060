export interface DisplayCard {
  brand: string;
  last4: string;
}

/** Display names for brands whose name is not Stripe's code with a capital letter. */
const BRANDS: Record<string, string> = {
  amex: "American Express",
  cartes_bancaires: "Cartes Bancaires",
  diners: "Diners Club",
  eftpos_au: "Eftpos",
  jcb: "JCB",
  unionpay: "UnionPay",
  unknown: "Card",
};

/** Formats a card as "Visa •••• 4242". */
export function cardName({ brand, last4 }: DisplayCard): string {
  return `${BRANDS[brand] ?? brand.charAt(0).toUpperCase() + brand.slice(1)} •••• ${last4}`;
}

/** Formats an expiry date as printed on a card: "04/29". */
export function expiryOf(expMonth: number, expYear: number): string {
  return `${String(expMonth).padStart(2, "0")}/${String(expYear % 100).padStart(2, "0")}`;
}
