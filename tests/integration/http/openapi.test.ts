import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Exchange, expectDocumented } from "@/tests/support/api-document";
import { type ApiCustomer, aCustomer, call, type RunningBrim, startBrim } from "@/tests/support/brim";

let brim: RunningBrim;
let customer: ApiCustomer;

beforeAll(async () => {
  brim = await startBrim();
  customer = await aCustomer(brim);
});
afterAll(() => brim.stop());

const readDocument = async () => (await call(brim, "/api/v1/openapi.json", {})).body;

/** Returns the paths of all `route.ts` files under `app/api`, in the format of the document. */
function addressesOfFiles(): string[] {
  return readdirSync("app/api", { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "route.ts")
    .filter((file) => !file.startsWith("auth") && !file.includes("[..."))
    .map((file) => `/api/${path.dirname(file).replace(/\[(\w+)\]/g, "{$1}")}`)
    .sort();
}

describe("GET /api/v1/openapi.json", () => {
  it("is public, and contains the address of this installation", async () => {
    const document = await readDocument();

    expect(document.openapi).toBe("3.1.1");
    expect(document.servers).toEqual([{ url: brim.url, description: "This Brim." }]);
  });

  it("contains exactly the paths of the route.ts files", async () => {
    const { paths } = await readDocument();

    expect(Object.keys(paths).sort()).toEqual(addressesOfFiles());
  });
});

describe("the schema check of every response in these tests", () => {
  let exchange: Exchange;

  beforeAll(async () => {
    const path = "/api/v1/billing/balance";
    const { status, headers, body } = await customer.get(path);
    exchange = { method: "GET", path, requestBody: undefined, status, headers, body };
  });

  it("accepts a real response", () => {
    expect(() => expectDocumented(exchange)).not.toThrow();
  });

  it.each<[string, (real: Exchange) => Partial<Exchange>, RegExp]>([
    [
      "an undeclared field",
      ({ body }) => ({ body: { ...Object(body), secret: 1 } }),
      /additional properties/,
    ],
    ["a missing field", ({ body }) => ({ body: { ...Object(body), held_usd: undefined } }), /held_usd/],
    ["an amount as a number", ({ body }) => ({ body: { ...Object(body), held_usd: 1 } }), /must be string/],
    [
      "an amount without decimals",
      ({ body }) => ({ body: { ...Object(body), held_usd: "1" } }),
      /must match pattern/,
    ],
    ["an undeclared status", () => ({ status: 418 }), /status 418 is not documented/],
    [
      "a missing header",
      () => ({ headers: new Headers({ "content-type": "application/json" }) }),
      /x-request-id is missing/,
    ],
    [
      "another type of body",
      ({ headers }) => ({ headers: withType(headers, "text/html") }),
      /type text\/html/,
    ],
    ["an undeclared path", () => ({ path: "/api/v1/billing/secrets" }), /path is not documented/],
  ])("finds %s", (_what, change, words) => {
    expect(() => expectDocumented({ ...exchange, ...change(exchange) })).toThrow(words);
  });
});

function withType(headers: Headers, type: string): Headers {
  const changed = new Headers(headers);
  changed.set("content-type", type);
  return changed;
}
