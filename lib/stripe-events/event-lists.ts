import { MAX_LISTED_TYPES } from "@/lib/stripe";
import { HANDLERS } from "./handlers";

/** Event types that are read at Stripe together. */
export interface EventList {
  name: string;
  types: readonly string[];
}

/** The events that can credit a top-up. They are handled before any other. */
const CREDITS = /^(checkout\.session|payment_intent|invoice|invoice_payment)\./;

/** Returns every type that has a handler, in as few lists as Stripe allows. What can credit a top-up is read first. */
export function eventLists(types: readonly string[] = Object.keys(HANDLERS)): EventList[] {
  const credits = types.filter((type) => CREDITS.test(type));
  const others = types.filter((type) => !CREDITS.test(type));
  return [...listsOf("top_ups", credits), ...listsOf("others", others)];
}

function listsOf(name: string, types: readonly string[]): EventList[] {
  const lists: EventList[] = [];
  for (let start = 0; start < types.length; start += MAX_LISTED_TYPES) {
    const suffix = start === 0 ? "" : `_${start / MAX_LISTED_TYPES + 1}`;
    lists.push({ name: `${name}${suffix}`, types: types.slice(start, start + MAX_LISTED_TYPES) });
  }
  return lists;
}
