import specJson from "../../../src/stripe-openapi/spec.json";
import type { Dice } from "./dice";
import type { KnownObjects } from "./known-objects";
import { type ParamSchema, randomParams } from "./random-params";
import { type RandomCall, recipes } from "./recipes";

interface Described {
  method: string;
  path: string;
  body: ParamSchema | undefined;
  query: ParamSchema;
}

interface RawOperation {
  parameters?: { name: string; in: string; required?: boolean; schema: ParamSchema }[];
  requestBody?: { content: Record<string, { schema: ParamSchema }> };
}

const paths = (specJson as unknown as { paths: Record<string, Record<string, RawOperation>> }).paths;

/** Every operation of the API description; unsupported ones must be rejected with a clear error. */
const operations: readonly Described[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, raw]) => describeOperation(path, method, raw)),
);

function describeOperation(path: string, method: string, raw: RawOperation): Described {
  const query = (raw.parameters ?? []).filter((parameter) => parameter.in === "query");
  return {
    method: method.toUpperCase(),
    path,
    body: raw.requestBody?.content["application/x-www-form-urlencoded"]?.schema,
    query: {
      properties: Object.fromEntries(query.map((parameter) => [parameter.name, parameter.schema])),
      required: query.filter((parameter) => parameter.required).map((parameter) => parameter.name),
    },
  };
}

/** The object type of the placeholder after each path segment. */
const TYPE_OF_SEGMENT: Record<string, string> = {
  balance_transactions: "balance_transaction",
  charges: "charge",
  configurations: "billing_portal.configuration",
  credit_notes: "credit_note",
  customers: "customer",
  disputes: "dispute",
  early_fraud_warnings: "radar.early_fraud_warning",
  events: "event",
  invoice_payments: "invoice_payment",
  invoiceitems: "invoiceitem",
  invoices: "invoice",
  payment_intents: "payment_intent",
  payment_methods: "payment_method",
  payouts: "payout",
  prices: "price",
  products: "product",
  refunds: "refund",
  sessions: "checkout.session",
  setup_intents: "setup_intent",
  tax_ids: "tax_id",
  webhook_endpoints: "webhook_endpoint",
};

/** Returns the next call: a valid one, a valid one with a change, or anything that the description allows. */
export function nextCall(dice: Dice, known: KnownObjects): RandomCall {
  if (dice.chance(0.45)) return dice.pick(recipes)(dice, known);
  const operation = dice.pick(operations);
  const path = operation.path.replace(/([a-z_]+)\/\{\w+\}/g, (_whole, segment: string) => {
    return `${segment}/${encodeURIComponent(known.some(dice, TYPE_OF_SEGMENT[segment] ?? segment))}`;
  });
  const schema = operation.method === "POST" ? (operation.body ?? {}) : operation.query;
  return { method: operation.method, path, params: randomParams(dice, known, schema) };
}

/** Returns a valid call with one change that may make it invalid. */
export function spoiled(dice: Dice, call: RandomCall): RandomCall {
  const names = Object.keys(call.params);
  if (names.length === 0 || !dice.chance(0.15)) return call;
  const params = { ...call.params };
  const name = dice.pick(names);
  if (dice.chance(0.5)) delete params[name];
  else params[name] = dice.pick(["", "wrong", -1, 10 ** 12]);
  return { ...call, params };
}
