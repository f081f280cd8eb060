import type { RequestSchema } from "./request-schema";

/** Id, path and parameters of an operation. */
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
