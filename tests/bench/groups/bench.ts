import type { CustomerId } from "@/lib/platform/ids";
import type { BenchPostgres } from "../ledger/bench-database";
import { customerNumber } from "../ledger/fill-ledger";
import type { Scale } from "../scale";

/** Context of a benchmark group. */
export interface Bench {
  postgres: BenchPostgres;
  scale: Scale;
}

/** The customer that "hot" rows charge. */
export const HOT: CustomerId = customerNumber(0);

/** Returns a random other customer. */
export function anyCustomer({ scale }: Bench): CustomerId {
  return customerNumber(1 + Math.floor(Math.random() * scale.ledger.customers));
}
