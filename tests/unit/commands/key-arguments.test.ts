import { describe, expect, it } from "vitest";
import { parseDuration, readArguments, UsageError } from "@/lib/commands/key/arguments";

const CUSTOMER = "cust_01m81xgxrcexrs47sfmrsawft1";

describe("the arguments of npm run key", () => {
  it.each<[string[], object]>([
    [
      ["create", "--operator"],
      { verb: "create", customerId: null, name: "Created on the server", scopes: "all", lifeMs: null },
    ],
    [
      [
        "create",
        "--customer",
        CUSTOMER,
        "--name",
        "CI",
        "--scopes",
        "usage:read,usage:write",
        "--expires",
        "90d",
      ],
      {
        verb: "create",
        customerId: CUSTOMER,
        name: "CI",
        scopes: ["usage:read", "usage:write"],
        lifeMs: 90 * 86_400_000,
      },
    ],
    [["list"], { verb: "list", customerId: null }],
    [
      ["revoke", "key_1", "--force"],
      { verb: "revoke", apiKeyId: "key_1", isForced: true, reason: undefined },
    ],
    [["roll", "key_1"], { verb: "roll", apiKeyId: "key_1", graceMs: 86_400_000, lifeMs: null }],
    [["roll", "--grace", "0", "key_1"], { verb: "roll", apiKeyId: "key_1", graceMs: 0, lifeMs: null }],
  ])("%j", (argv, command) => {
    expect(readArguments(argv)).toEqual(command);
  });

  it.each<[string, string[], string]>([
    ["there is no command", [], "A command is required"],
    ["the command is unknown", ["delete"], 'Unknown command "delete"'],
    ["neither operator nor customer is named", ["create"], "either --operator or --customer"],
    ["both are named", ["create", "--operator", "--customer", CUSTOMER], "either --operator or --customer"],
    ["the customer id is invalid", ["create", "--customer", "acme"], "not a customer id"],
    ["a scope does not exist", ["create", "--operator", "--scopes", "root"], 'Unknown scope "root"'],
    ["a duration is invalid", ["create", "--operator", "--expires", "soon"], "--expires must be a duration"],
    ["an option is unknown", ["create", "--operator", "--admin"], "Unknown option '--admin'"],
    ["an option has no value", ["create", "--customer"], "--customer"],
    ["there is an extra argument", ["create", "--operator", "now"], "now"],
    ["no key is named", ["revoke"], "Exactly one key id"],
    ["two keys are named", ["roll", "key_1", "key_2"], "Exactly one key id"],
  ])("are rejected when %s", (_case, argv, reason) => {
    expect(() => readArguments(argv)).toThrow(UsageError);
    expect(() => readArguments(argv)).toThrow(reason);
  });
});

it.each([
  ["0", 0],
  ["10s", 10_000],
  ["30m", 1_800_000],
  ["24h", 86_400_000],
  ["90d", 7_776_000_000],
  ["-1d", null],
  ["1.5h", null],
  ["7", null],
  ["1w", null],
  ["", null],
])("parses the duration %j as %s", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
