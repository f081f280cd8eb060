import { parseArgs } from "node:util";
import { SCOPES, type Scope } from "@/lib/auth";
import { type CustomerId, isId } from "@/lib/platform/ids";

/** The arguments are invalid. The message is one line for people. */
export class UsageError extends Error {}

export const USAGE = `Usage: npm run key -- COMMAND     (npm run --silent key -- … to pipe what it prints)

  create --operator | --customer ID   create a key and print its secret, once
      --name TEXT       what it is for
      --scopes LIST     such as usage:read,usage:write; default: all that a key of its kind can have
      --expires TIME    such as 90d or 12h; default: never
  list [--customer ID]                all keys, newest first
  revoke ID                           revoke a key immediately
      --reason TEXT     why, for your records
      --force           even if it is the last key with the scope admin
  roll ID                             replace a key and print the secret of the new one, once
      --grace TIME      how long the old key stays valid, 0 to 7d; default: 24h
      --expires TIME    when the new key expires; default: the lifetime of the old key

Uses DATABASE_URL from the environment or .env, or else the demo's database.`;

/** Times are in milliseconds from now. */
export type KeyCommand =
  | {
      verb: "create";
      customerId: CustomerId | null;
      name: string;
      scopes: "all" | Scope[];
      lifeMs: number | null;
    }
  | { verb: "list"; customerId: CustomerId | null }
  | { verb: "revoke"; apiKeyId: string; isForced: boolean; reason: string | undefined }
  | { verb: "roll"; apiKeyId: string; graceMs: number; lifeMs: number | null };

/** @throws UsageError the arguments are invalid */
export function readArguments(argv: readonly string[]): KeyCommand {
  const [verb, ...rest] = argv;
  switch (verb) {
    case "create":
      return readCreate(rest);
    case "list":
      return readList(rest);
    case "revoke":
      return readRevoke(rest);
    case "roll":
      return readRoll(rest);
    default:
      throw new UsageError(verb === undefined ? "A command is required." : `Unknown command "${verb}".`);
  }
}

function readCreate(args: string[]): KeyCommand {
  const { values } = parse(args, 0, {
    operator: { type: "boolean" },
    customer: { type: "string" },
    name: { type: "string" },
    scopes: { type: "string" },
    expires: { type: "string" },
  });
  if (Boolean(values.operator) === (values.customer !== undefined)) {
    throw new UsageError("Use either --operator or --customer with an id.");
  }
  return {
    verb: "create",
    customerId: values.customer === undefined ? null : readCustomer(values.customer),
    name: values.name?.trim() || "Created on the server",
    scopes: readScopes(values.scopes ?? "all"),
    lifeMs: values.expires === undefined ? null : readTime("--expires", values.expires),
  };
}

function readList(args: string[]): KeyCommand {
  const { values } = parse(args, 0, { customer: { type: "string" } });
  return {
    verb: "list",
    customerId: values.customer === undefined ? null : readCustomer(values.customer),
  };
}

function readRevoke(args: string[]): KeyCommand {
  const { values, positionals } = parse(args, 1, { force: { type: "boolean" }, reason: { type: "string" } });
  const [apiKeyId = ""] = positionals;
  return { verb: "revoke", apiKeyId, isForced: values.force ?? false, reason: values.reason };
}

function readRoll(args: string[]): KeyCommand {
  const { values, positionals } = parse(args, 1, {
    grace: { type: "string", default: "24h" },
    expires: { type: "string" },
  });
  const [apiKeyId = ""] = positionals;
  return {
    verb: "roll",
    apiKeyId,
    graceMs: readTime("--grace", values.grace ?? ""),
    lifeMs: values.expires === undefined ? null : readTime("--expires", values.expires),
  };
}

type Options = Record<string, { type: "boolean" | "string"; default?: string }>;

function parse<const T extends Options>(args: string[], ids: 0 | 1, options: T) {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: ids > 0 });
    if (parsed.positionals.length !== ids) throw new UsageError("Exactly one key id (key_…) is required.");
    return parsed;
  } catch (error) {
    // Node's first sentence says what is wrong. The others explain how to write a dash.
    throw error instanceof UsageError ? error : new UsageError(firstSentence((error as Error).message));
  }
}

function firstSentence(text: string): string {
  return text.split(/(?<=[.'])\s/)[0] ?? text;
}

function readCustomer(text: string): CustomerId {
  if (!isId("customer", text)) throw new UsageError(`"${text}" is not a customer id (cust_…).`);
  return text;
}

function readScopes(text: string): "all" | Scope[] {
  if (text === "all") return "all";
  return text.split(",").map((name) => {
    const scope = SCOPES.find((known) => known === name.trim());
    if (!scope) throw new UsageError(`Unknown scope "${name}". The scopes are: ${SCOPES.join(", ")}.`);
    return scope;
  });
}

function readTime(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === null)
    throw new UsageError(`${option} must be a duration such as 30m, 24h or 90d, not "${text}".`);
  return ms;
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Parses a duration such as `90d`, `24h`, `30m`, `10s` or `0` to milliseconds. Returns null when it is not one. */
export function parseDuration(text: string): number | null {
  if (text === "0") return 0;
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  return match ? Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS] : null;
}
