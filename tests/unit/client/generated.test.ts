import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import type { BrimError, ErrorCode } from "@/lib/client";
import { writeClient, writeErrorCode } from "@/lib/commands/client/write-client";
import { apiDocument, type OpenApiDocument } from "@/lib/http";
import { PUBLIC_CODES, type PublicCode } from "@/lib/http/pipeline/errors";
import { applySettings } from "@/tests/support/settings";

let document: OpenApiDocument;

beforeAll(() => {
  applySettings({ APP_URL: "https://billing.example.com", DATABASE_URL: "postgres://nobody@localhost/none" });
  document = apiDocument();
});

describe("the generated client", () => {
  it("is up to date with the OpenAPI document (otherwise run `npm run generate:client`)", () => {
    expect(readFileSync("lib/client/generated/brim.ts", "utf8")).toBe(writeClient(document));
    expect(readFileSync("lib/client/generated/error-code.ts", "utf8")).toBe(writeErrorCode(document));
  });

  it("knows every error code, and accepts unknown codes of a newer Brim", () => {
    const known = document.components.schemas.Error?.properties?.error?.enum;

    expect(known).toEqual(PUBLIC_CODES);
    expectTypeOf<ErrorCode>().toEqualTypeOf<PublicCode>();
    expectTypeOf<ErrorCode>().toExtend<BrimError["code"]>();
    expectTypeOf<BrimError["code"]>().not.toEqualTypeOf<string>();
    expectTypeOf<"CODE_OF_TOMORROW">().toExtend<BrimError["code"]>();
  });

  it("does not contain APP_URL", () => {
    expect(writeClient(document)).not.toContain("billing.example.com/api");
  });

  it("has a method for every operation except the Stripe webhook", async () => {
    const { Brim } = await import("@/lib/client");
    const brim = new Brim({ apiKey: "brim_sk_x", baseUrl: "http://localhost" }) as unknown as Record<
      string,
      unknown
    >;
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );

    const missing = ids.filter((id) => typeof brim[id] !== "function");

    expect(missing).toEqual(["receiveStripeEvent"]);
  });

  it("cannot be generated if a field could belong to both the query and the body", () => {
    const faulty = structuredClone(document);
    const hold = faulty.paths["/api/v1/usage/holds/{hold_id}/capture"]?.post;
    hold?.parameters?.push({ name: "amount_usd", in: "query", required: false, schema: { type: "string" } });

    expect(() => writeClient(faulty)).toThrow("captureHold takes a query and a body");
  });
});
