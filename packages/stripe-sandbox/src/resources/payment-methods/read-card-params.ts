import type { Params } from "../../api/request-schema";
import { invalidRequest, missingParameter, StripeError } from "../../api/stripe-error";
import { brandOf, hasValidCheckDigit } from "../../cards/card-brands";
import { cardByNumber, cardByToken, type TestCard } from "../../cards/test-cards";

export interface CardFromParams {
  card: TestCard;
  expMonth: number;
  expYear: number;
}

/**
 * The card that `card[number]` or `card[token]` describes.
 *
 * @throws StripeError 402 for numbers that no card can have, as Stripe answers those
 */
export function readCardParams(card: Params, now: number): CardFromParams {
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

/** The rules of an expiry date, for a new card and for a changed one. */
export function checkExpiry(month: number, year: number, now: number): void {
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

/** A year of two digits is one of this century. */
function fullYear(year: number): number {
  return year < 100 ? 2000 + year : year;
}
