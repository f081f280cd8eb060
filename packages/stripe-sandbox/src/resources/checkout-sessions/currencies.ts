/** Currencies with cents that the sandbox's account can settle. */
const CURRENCIES = ["usd", "eur", "gbp"];

export function isCurrency(code: string): boolean {
  return CURRENCIES.includes(code.toLowerCase());
}
