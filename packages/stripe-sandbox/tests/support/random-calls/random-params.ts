import type { Dice } from "./dice";
import type { KnownObjects } from "./known-objects";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The part of JSON Schema that the request schemas use. */
export interface ParamSchema {
  type?: string | string[];
  enum?: (string | null)[];
  const?: string;
  properties?: Record<string, ParamSchema>;
  required?: string[];
  additionalProperties?: boolean | ParamSchema;
  items?: ParamSchema;
  anyOf?: ParamSchema[];
}

const INTEGERS = [0, 1, 2, 7, 49, 50, 100, 999, 2_500, 99_999_999, -1, -2_500, 2 ** 53];
const TEXTS = [
  "",
  "x",
  "Jenny Rosen",
  "ü∂ 漢字 🙂",
  "<b>&amp;",
  "a".repeat(600),
  "a".repeat(5_100),
  "null",
  "0",
];

/** The object type that an ID parameter of this name references. */
const REFERENCES: Record<string, string> = {
  charge: "charge",
  configuration: "billing_portal.configuration",
  customer: "customer",
  default_payment_method: "payment_method",
  default_price: "price",
  ending_before: "customer",
  invoice: "invoice",
  payment_intent: "payment_intent",
  payment_method: "payment_method",
  price: "price",
  product: "product",
  setup_intent: "setup_intent",
  source: "charge",
  starting_after: "customer",
};

/** Generates parameters that mostly follow the schema, and violate it now and then. */
export function randomParams(
  dice: Dice,
  known: KnownObjects,
  schema: ParamSchema,
  depth = 0,
): { [key: string]: Json } {
  const params: { [key: string]: Json } = {};
  const names = Object.keys(schema.properties ?? {});
  const likelihood = Math.min(0.35, (depth === 0 ? 3 : 2) / Math.max(1, names.length));
  for (const name of names) {
    const isRequired = schema.required?.includes(name) ?? false;
    if (!dice.chance(isRequired ? 0.96 : likelihood)) continue;
    params[name] = randomValue(dice, known, schema.properties?.[name] ?? {}, name, depth + 1);
  }
  if (typeof schema.additionalProperties === "object" && dice.chance(0.7)) {
    for (let made = dice.between(0, 3); made > 0; made -= 1) {
      const key = dice.pick(["a", "b", "note", "5", "order_id", "k".repeat(41)]);
      params[key] = randomValue(dice, known, schema.additionalProperties, key, depth + 1);
    }
  }
  if (dice.chance(0.02)) params[dice.pick(["colour", "__proto__x", "constructor", "toString"])] = "red";
  return params;
}

function randomValue(
  dice: Dice,
  known: KnownObjects,
  schema: ParamSchema,
  name: string,
  depth: number,
): Json {
  if (dice.chance(0.015)) return dice.pick<Json>(["", "wrong", -1, { wrong: "x" }, ["wrong"], { "0": "x" }]);
  if (schema.anyOf) return randomValue(dice, known, dice.pick(schema.anyOf), name, depth);
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? "string"];
  const type = dice.pick(types);
  if (type === "null") return "";
  if (type === "object") return depth > 5 ? {} : randomParams(dice, known, schema, depth);
  if (type === "array") {
    const length = dice.pick([0, 1, 1, 1, 2, 3]);
    return Array.from({ length }, () => randomValue(dice, known, schema.items ?? {}, name, depth + 1));
  }
  if (type === "boolean") return dice.chance(0.5);
  if (type === "integer" || type === "number") return randomNumber(dice, name);
  const choices = (schema.enum ?? []).filter((choice) => choice !== null);
  if (schema.const !== undefined) return schema.const;
  return choices.length > 0 ? dice.pick(choices) : randomText(dice, known, name);
}

function randomNumber(dice: Dice, name: string): number {
  if (name === "limit") return dice.pick([1, 3, 10, 100, 0, 101]);
  if (name.endsWith("_at") || name === "created") {
    return Math.floor(Date.now() / 1000) + dice.pick([-3_600, 0, 1_801, 3_600, 90_000]);
  }
  return dice.chance(0.5) ? dice.between(50, 5_000) : dice.pick(INTEGERS);
}

function randomText(dice: Dice, known: KnownObjects, name: string): string {
  if (dice.chance(0.04)) return dice.pick(TEXTS);
  const reference = REFERENCES[name];
  if (name === "starting_after" || name === "ending_before") return known.some(dice, dice.pick(known.types));
  if (name === "payment_method" && dice.chance(0.3)) return dice.pick(CARDS);
  if (reference) return known.some(dice, reference);
  if (name === "currency") return dice.pick(["usd", "usd", "usd", "eur", "USD", "xyz"]);
  if (name.includes("email")) return dice.pick(["jenny@example.com", "a+location_FR@example.com", "nobody"]);
  if (name.endsWith("url"))
    return dice.pick(["http://127.0.0.1:9/back", "https://example.com/?a=b#c", "ftp:"]);
  if (name === "country") return dice.pick(["US", "DE", "FR", "GB", "XX"]);
  if (name === "state") return dice.pick(["CA", "OR"]);
  if (name === "tax_code") return dice.pick(["txcd_10000000", "txcd_1"]);
  if (name === "expand")
    return dice.pick(["customer", "data.customer", "latest_charge", "payment_intent", "x.y"]);
  if (name === "token") return dice.pick(["tok_visa", "tok_chargeDeclined", "tok_nothing"]);
  if (name === "type") return dice.pick(["card", "charge", "refund", "customer.*", "usd"]);
  return dice.pick(TEXTS.slice(1, 5));
}

export const CARDS = [
  "pm_card_visa",
  "pm_card_visa",
  "pm_card_visa",
  "pm_card_mastercard",
  "pm_card_chargeDeclined",
  "pm_card_chargeCustomerFail",
  "pm_card_authenticationRequired",
  "pm_card_authenticationRequiredOnSetup",
  "pm_card_createDispute",
  "pm_card_createDisputeInquiry",
  "pm_card_refundFail",
  "pm_card_nothing",
];
