import type { RequestSchema } from "./request-schema";

/** What an operation is called, where it is found and what it takes. */
export interface OperationSpec {
  id: string;
  method: "GET" | "POST" | "DELETE";
  /** `/v1/customers/{customer}` */
  path: string;
  body: RequestSchema;
  query: RequestSchema;
}

/** The parameters of an operation that takes none. */
export const NOTHING: RequestSchema = { type: "object", properties: {}, additionalProperties: false };
