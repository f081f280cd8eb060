import { describe, expect, it } from "vitest";
import { readArguments, UsageError } from "@/lib/commands/key/arguments";
import { readDuration } from "@/lib/commands/key/duration";

const CUSTOMER = "cust_01m81xgxrcexrs47sfmrsawft1";

describe("the arguments of npm run key", () => {
  it.each<[string[], object]>([
    [
      ["create", "--operator"],
      { verb: "create", customerId: null, name: "Made on the server", scopes: "all", lifeMs: null },
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
    ["nothing is asked for", [], "Say what to do"],
    ["the command is unknown", ["delete"], 'There is no command "delete"'],
    ["nobody is named", ["create"], "--operator, or --customer"],
    ["both are named", ["create", "--operator", "--customer", CUSTOMER], "--operator, or --customer"],
    ["the customer is none", ["create", "--customer", "acme"], "not the id of a customer"],
    ["a scope does not exist", ["create", "--operator", "--scopes", "root"], 'no scope "root"'],
    ["a time is none", ["create", "--operator", "--expires", "soon"], "--expires must be a time"],
    ["an option is unknown", ["create", "--operator", "--admin"], "Unknown option '--admin'"],
    ["an option lacks its value", ["create", "--customer"], "--customer"],
    ["a word is too many", ["create", "--operator", "now"], "now"],
    ["no key is named", ["revoke"], "Name one key"],
    ["two keys are named", ["roll", "key_1", "key_2"], "Name one key"],
  ])("are refused when %s", (_case, argv, reason) => {
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
])("reads the time %j as %s", (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});
