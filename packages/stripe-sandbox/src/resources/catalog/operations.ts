import type { Operation } from "../../api/operation";
import { listOperation, retrieveOperation } from "../read-operations";
import { checkPrice, checkPriceList, createPrice, updatePrice } from "./price-operations";
import {
  checkProduct,
  checkProductList,
  createProduct,
  deleteProduct,
  retrieveProduct,
  updateProduct,
} from "./product-operations";

/** Products and prices. What a line item brings along makes no events of its own. */
export const catalogOperations: readonly Operation[] = [
  { id: "Prices.create", check: checkPrice, run: createPrice },
  retrieveOperation("Prices.retrieve", "price", "price"),
  { id: "Prices.update", canUnset: ["lookup_key", "nickname"], check: checkPrice, run: updatePrice },
  {
    ...listOperation("Prices.list", "price", ["active", "currency", "product", "type"]),
    check: checkPriceList,
  },
  { id: "Products.create", check: checkProduct, run: createProduct },
  { id: "Products.retrieve", run: retrieveProduct },
  { id: "Products.update", check: checkProduct, run: updateProduct },
  { id: "Products.del", run: deleteProduct },
  {
    ...listOperation("Products.list", "product", ["active", "shippable", "type", "url"]),
    check: checkProductList,
  },
];
