import { parseArgs } from "node:util";
import { SCOPES, type Scope } from "@/lib/auth";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { readDuration } from "./duration";

/** What is asked for makes no sense; the message is one line for people. */
export class UsageError extends Error {}

/** How the command is called. */
export const USAGE = `Usage: npm run key -- COMMAND     (npm run --silent key -- … to pipe what it prints)

  create --operator | --customer ID   make a key and print its secret, once
      --name TEXT       what it is for
      --scopes LIST     as in usage:read,usage:write; all of its kind if not said
      --expires TIME    as in 90d or 12h; never if not said
  list [--customer ID]                all keys, newest first
  revoke ID                           end a key at once
      --reason TEXT     why, for your records
      --force           also when it is the last one with the scope admin
  roll ID                             print the secret of a new key in its place
      --grace TIME      how long the old one stays valid, 0 to 7d; 24h if not said
      --expires TIME    when the new one ends; the life of the old one if not said

It needs DATABASE_URL, from the environment or .env; without, it takes the demo's database.`;

/** What the command is to do. Times are in milliseconds from now. */
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

/**
 * Reads the arguments.
 * @throws UsageError they make no sense
 */
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
      throw new UsageError(
        verb === undefined ? "Say what to do with keys." : `There is no command "${verb}".`,
      );
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
    throw new UsageError("Say whose key it is: --operator, or --customer with an id.");
  }
  return {
    verb: "create",
    customerId: values.customer === undefined ? null : readCustomer(values.customer),
    name: values.name?.trim() || "Made on the server",
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
    if (parsed.positionals.length !== ids) throw new UsageError("Name one key by its id (key_…).");
    return parsed;
  } catch (error) {
    // Node explains at length how to write a dash; its first sentence says what is wrong.
    throw error instanceof UsageError ? error : new UsageError(firstSentence((error as Error).message));
  }
}

function firstSentence(text: string): string {
  return text.split(/(?<=[.'])\s/)[0] ?? text;
}

function readCustomer(text: string): CustomerId {
  if (!isId("customer", text)) throw new UsageError(`"${text}" is not the id of a customer (cust_…).`);
  return text;
}

function readScopes(text: string): "all" | Scope[] {
  if (text === "all") return "all";
  return text.split(",").map((name) => {
    const scope = SCOPES.find((known) => known === name.trim());
    if (!scope) throw new UsageError(`There is no scope "${name}". There are: ${SCOPES.join(", ")}.`);
    return scope;
  });
}

function readTime(option: string, text: string): number {
  const ms = readDuration(text);
  if (ms === null) throw new UsageError(`${option} must be a time such as 30m, 24h or 90d, not "${text}".`);
  return ms;
}
