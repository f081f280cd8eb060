import { z } from "zod";
import { type CustomerId, idPattern } from "@/lib/platform/ids";
import { exampleId } from "./fields";

/** The customer that a caller of the admin routes names. */
export const customerInput = z
  .string({
    error: (issue) =>
      issue.input === undefined ? "Name the customer." : "Write the customer's id as a string.",
  })
  .regex(idPattern("customer"), "This is not the id of a customer (cust_…).")
  .meta({ description: "The customer.", examples: [exampleId("customer")] });

/** The pattern has checked the form. */
export function asCustomerId(checked: string): CustomerId {
  return checked as CustomerId;
}
