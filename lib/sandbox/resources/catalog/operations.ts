import type { Operation } from "../../api/operation";
import { retrieveOperation } from "../read-operations";

/** Prices and products exist only as parts of a session's line items; they can be looked up, not made. */
export const catalogOperations: readonly Operation[] = [
  retrieveOperation("Prices.retrieve", "price", "price"),
  retrieveOperation("Products.retrieve", "product", "id"),
];
