import { MAX_LISTED_TYPES } from "@/lib/stripe";
import { HANDLERS } from "./handlers";

/** Event types that are read at Stripe together. */
export interface EventList {
  name: string;
  types: readonly string[];
  /** Whether money depends on them. The others tell of cards and of details of customers. */
  isMoney: boolean;
}

/** The events that can credit a top-up. They are read before any other. */
const CREDITS = /^(checkout\.session|payment_intent|invoice|invoice_payment)\./;

const MONEY_BACK = /^(refund|charge|radar)\./;

/** Returns every type that has a handler, in as few lists as Stripe allows. What can credit a top-up comes first. */
export function eventLists(types: readonly string[] = Object.keys(HANDLERS)): EventList[] {
  const credits = types.filter((type) => CREDITS.test(type));
  const moneyBack = types.filter((type) => MONEY_BACK.test(type));
  const others = types.filter((type) => !CREDITS.test(type) && !MONEY_BACK.test(type));
  return [
    ...listsOf("top_ups", credits).map((list) => ({ ...list, isMoney: true })),
    ...listsOf("money_back", moneyBack).map((list) => ({ ...list, isMoney: true })),
    ...listsOf("others", others).map((list) => ({ ...list, isMoney: false })),
  ];
}

function listsOf(name: string, types: readonly string[]): Omit<EventList, "isMoney">[] {
  const lists: Omit<EventList, "isMoney">[] = [];
  for (let start = 0; start < types.length; start += MAX_LISTED_TYPES) {
    const suffix = start === 0 ? "" : `_${start / MAX_LISTED_TYPES + 1}`;
    lists.push({ name: `${name}${suffix}`, types: types.slice(start, start + MAX_LISTED_TYPES) });
  }
  return lists;
}
