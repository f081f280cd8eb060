import type { CustomerId } from "@/lib/platform/ids";
import type { BenchPostgres } from "../ledger/bench-database";
import { customerNumber } from "../ledger/fill-ledger";
import type { Scale } from "../scale";

/** What a group works with. */
export interface Bench {
  postgres: BenchPostgres;
  scale: Scale;
}

/** The customer that all charges of a "hot" row go to. */
export const HOT: CustomerId = customerNumber(0);

/** Any of the other customers. */
export function anyCustomer({ scale }: Bench): CustomerId {
  return customerNumber(1 + Math.floor(Math.random() * scale.ledger.customers));
}
