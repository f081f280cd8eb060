import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiKey } from "@/lib/api-keys";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { anOutsideProject, type OutsideProject } from "@/tests/support/outside-project";

/** A program written with only the package and its types. */
const PROGRAM = `
import {
  type BillingRecord, Brim, BrimError, type Charge, InvalidRequestError, NoAnswerError, PaymentRequiredError, RateLimitedError,
} from "brim/client";

const baseUrl = process.env["BRIM_URL"] ?? "";
const operator = new Brim({ baseUrl, apiKey: process.env["BRIM_API_KEY"] });

async function refusal(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

/** Handles every error class. */
function explain(error: BrimError): string {
  if (error instanceof PaymentRequiredError) return \`\${error.availableUsd} of \${error.requiredUsd}: \${error.topupUrl}\`;
  if (error instanceof RateLimitedError) return \`wait \${error.retryAfterSeconds ?? 60}\`;
  if (error instanceof InvalidRequestError) return error.issues.map(({ path }) => path).join();
  if (error instanceof NoAnswerError) return error.message;
  return \`\${error.status} \${error.code}\`;
}

async function main(): Promise<void> {
  const { customer_id } = await operator.createCustomer({ name: "Globex", email: "billing@globex.example" });
  const { api_key } = await operator.createApiKey({ customer_id, name: "Production" });
  if (api_key === null) throw new Error("The first response must include the secret.");
  const brim = new Brim({ baseUrl, apiKey: api_key });
  await operator.createAdjustment({ customer_id, amount_usd: "5.00", reason: "Welcome" });

  const work = { amount_usd: "1.25", idempotency_key: "job-42", metadata: { job: "42" } };
  const charge: Charge = await brim.createCharge(work);
  const again = await brim.createCharge(work);
  const hold = await brim.createHold({ amount_usd: "2.00", expires_in_seconds: 60 });
  const captured = await brim.captureHold({ hold_id: hold.hold_id, amount_usd: "0.50" });
  const other = await brim.createHold({ amount_usd: "1.00" });
  const released = await brim.releaseHold({ hold_id: other.hold_id });

  const records: BillingRecord[] = [];
  for await (const record of brim.listRecords.all({ limit: 1 })) records.push(record);
  const page = await brim.listRecords({ type: ["charge"], limit: 1 });

  const errors: string[] = [];
  for (const call of [
    () => brim.createCharge({ amount_usd: "100.00" }),
    () => brim.createCharge({ ...work, amount_usd: "1.26" }),
    () => brim.createCharge({ amount_usd: "-1" }),
    () => brim.getHold({ hold_id: "hold_01kaw3h8ezf5vr9q2m7x4c6tnd" }),
    () => new Brim({ baseUrl: "http://127.0.0.1:1", apiKey: api_key, maxRetries: 0 }).getBalance(),
  ]) {
    const error = await refusal(call);
    if (!(error instanceof BrimError)) throw error;
    errors.push(explain(error));
  }

  console.log(JSON.stringify({
    customer_id,
    isSame: charge.charge_id === again.charge_id,
    hold: [hold.status, captured.status, captured.captured_usd, released.status],
    records: records.map((record) => \`\${record.type} \${record.direction} \${record.amount_usd}\`),
    newestCharge: page.records[0]?.amount_usd,
    hasMore: page.next_cursor !== null,
    left: (await brim.getBalance()).available_usd,
    errors,
  }));
}

/** Code that the compiler must reject, which proves that the types are found. */
export function mistakes(brim: Brim): unknown[] {
  return [
    // @ts-expect-error unknown field
    brim.createCharge({ amount_eur: "1.00" }),
    // @ts-expect-error missing required field
    brim.createCharge({}),
    // @ts-expect-error unknown enum value
    brim.listRecords({ type: ["gift"] }),
    // @ts-expect-error unknown method
    brim.createGift,
    // @ts-expect-error neither baseUrl nor credentials
    new Brim({}),
    // @ts-expect-error an API key together with a session's customer
    new Brim({ customerId: "cust_1", apiKey: "brim_sk_x" }),
    // @ts-expect-error missing baseUrl
    new Brim({ apiKey: "brim_sk_x" }),
  ];
}

void main();
`;

/** Current and older compiler settings. */
const ALL_SETTINGS: [name: string, file: string, options: Record<string, unknown>, built: string][] = [
  [
    "for a bundler",
    "bundler.ts",
    { module: "esnext", moduleResolution: "bundler", verbatimModuleSyntax: true },
    "bundler.js",
  ],
  [
    "for Node, as an ES module",
    "module.mts",
    { module: "nodenext", moduleResolution: "nodenext", verbatimModuleSyntax: true },
    "module.mjs",
  ],
  ["for Node, as CommonJS", "common.cts", { module: "nodenext", moduleResolution: "nodenext" }, "common.cjs"],
  ["as in older projects", "older.cts", { module: "commonjs", moduleResolution: "node10" }, "older.cjs"],
  [
    "with a browser's types and none of Node's",
    "browser.ts",
    { module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom", "dom.iterable"], types: [] },
    "browser.js",
  ],
];

const [bundler, , commonJs] = ALL_SETTINGS;
/** Each setting is a full compiler run. By default, one per kind of module catches most errors. */
const SETTINGS = atDepth({ ci: [bundler, commonJs], deep: ALL_SETTINGS }).filter((one) => one !== undefined);

let brim: RunningBrim;
let outside: OutsideProject;
let operatorKey: string;

beforeAll(async () => {
  [brim, outside] = await Promise.all([startBrim(), anOutsideProject()]);
  operatorKey = (await createApiKey({ customerId: null, name: "operator", scopes: "all" })).secret;
});
afterAll(async () => {
  outside.remove();
  await brim.stop();
});

describe("the client package, installed outside the project", () => {
  it("has no dependencies", () => {
    expect(outside.installed).toEqual(["brim"]);
  });

  it.each(SETTINGS)("compiles in strict mode %s, and runs", async (name, file, options, built) => {
    const withoutNode = name.includes("none of Node's");
    outside.write(
      file,
      withoutNode
        ? `declare const process: { env: Record<string, string | undefined> };\n${PROGRAM}`
        : PROGRAM,
    );

    const said = await outside.compile(file, options);
    const result = await outside.run(built, { BRIM_URL: brim.url, BRIM_API_KEY: operatorKey });

    expect(said).toBe("");
    const { customer_id } = result as { customer_id: string };
    expect(result).toEqual({
      customer_id: expect.stringMatching(/^cust_/),
      isSame: true,
      hold: ["open", "captured", "0.50", "released"],
      records: ["charge debit 0.50", "charge debit 1.25", "adjustment credit 5.00"],
      newestCharge: "0.50",
      hasMore: true,
      left: "3.25",
      errors: [
        `3.25 of 100.00: ${brim.url}/billing?customer=${customer_id}`,
        "409 IDEMPOTENCY_CONFLICT",
        "amount_usd",
        "404 NOT_FOUND",
        "Could not connect to the server.",
      ],
    });
    await expectLedgerVerified();
  });

  it("can be bundled for browsers without Node modules", async () => {
    outside.write(
      "page.js",
      'import { Brim } from "brim/client";\nglobalThis.brim = new Brim({ customerId: "cust_1" });\n',
    );

    const { metafile, outputFiles, warnings } = await build({
      absWorkingDir: outside.folder,
      entryPoints: ["page.js"],
      bundle: true,
      platform: "browser",
      format: "iife",
      target: "es2022",
      minify: true,
      write: false,
      metafile: true,
    });

    expect(warnings).toEqual([]);
    expect(Object.keys(metafile.inputs).sort()).toEqual(["node_modules/brim/client/index.js", "page.js"]);
    const [page] = outputFiles;
    expect(page?.text).not.toMatch(/\bprocess\.|\brequire\(|\bBuffer\b/);
  });
});
