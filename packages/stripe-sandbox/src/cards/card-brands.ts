type CardBrand = "visa" | "mastercard" | "amex" | "discover" | "diners" | "jcb" | "unionpay";

const prefixes: readonly [RegExp, CardBrand][] = [
  [/^4/, "visa"],
  [/^(5[1-5]|2[2-7])/, "mastercard"],
  [/^3[47]/, "amex"],
  [/^(6011|65|64[4-9])/, "discover"],
  [/^3[068]/, "diners"],
  [/^35/, "jcb"],
  [/^62/, "unionpay"],
];

export function brandOf(number: string): CardBrand {
  return prefixes.find(([prefix]) => prefix.test(number))?.[1] ?? "visa";
}

/** Validates a card number's check digit (Luhn). */
export function hasValidCheckDigit(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
