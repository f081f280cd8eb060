import { typeidUnboxed } from "typeid-js";

/** The prefixes of our ids. None may look like one of Stripe's. */
export const ID_PREFIXES = {
  customer: "cust",
  topUp: "topup",
  transfer: "trf",
  charge: "chg",
  hold: "hold",
  refund: "rfd",
  refundRequest: "rreq",
  apiKey: "key",
  user: "user",
  session: "sess",
  alert: "alert",
  timeline: "tl",
  request: "req",
  action: "opact",
  consent: "consent",
  decision: "decision",
  outboxMail: "mail",
} as const;

type Prefixes = typeof ID_PREFIXES;

/** A TypeID: the prefix, an underscore, and a random part that sorts by creation time. */
export type Id<Kind extends keyof Prefixes> = `${Prefixes[Kind]}_${string}`;

export type CustomerId = Id<"customer">;
export type TopUpId = Id<"topUp">;
export type TransferId = Id<"transfer">;
export type HoldId = Id<"hold">;
export type ChargeId = Id<"charge">;
export type RefundRequestId = Id<"refundRequest">;
export type ApiKeyId = Id<"apiKey">;
export type UserId = Id<"user">;
export type SessionId = Id<"session">;

/** Generates an id. Ids sort by creation time. */
export function newId<Kind extends keyof Prefixes>(kind: Kind): Id<Kind> {
  return typeidUnboxed(ID_PREFIXES[kind]) as unknown as Id<Kind>;
}

/** Compiled once, because every request uses some of them. */
const PATTERNS = new Map(
  Object.entries(ID_PREFIXES).map(([kind, prefix]) => [
    kind,
    new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`),
  ]),
);

/** Returns the pattern of an id of this kind. */
export function idPattern(kind: keyof Prefixes): RegExp {
  return PATTERNS.get(kind) as RegExp;
}

/** Whether a text has the format of an id of this kind. The object may not exist. */
export function isId<Kind extends keyof Prefixes>(kind: Kind, text: string): text is Id<Kind> {
  return idPattern(kind).test(text);
}
