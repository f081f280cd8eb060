import path from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import * as ours from "@/lib/client";

/** A second copy of the client, as in another bundle. */
let otherCopy: typeof ours;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [path.resolve("lib/client/index.ts")],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  otherCopy = (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as typeof ours;
});

async function errorFrom(client: typeof ours, status: number, body: unknown): Promise<unknown> {
  const respond = async () =>
    new Response(typeof body === "string" ? body : JSON.stringify(body), {
      status,
      headers: { "x-request-id": "req_1", "retry-after": "3" },
    });
  const brim = new client.Brim({
    apiKey: "brim_sk_x",
    baseUrl: "http://localhost",
    fetch: respond,
    maxRetries: 0,
  });
  return brim.getBalance().catch((error: unknown) => error);
}

const body = (error: string, details = {}) => ({
  error,
  message: "No.",
  statusCode: 0,
  request_id: "req_1",
  details,
});

describe("errors", () => {
  it("are recognized by instanceof across copies of the client", async () => {
    const error = await errorFrom(otherCopy, 402, body("PAYMENT_REQUIRED", { available_usd: "1.00" }));

    expect(otherCopy.PaymentRequiredError).not.toBe(ours.PaymentRequiredError);
    expect(error instanceof ours.PaymentRequiredError && error.availableUsd).toBe("1.00");
    expect(error).toBeInstanceOf(ours.BrimError);
    expect(error).not.toBeInstanceOf(ours.RateLimitedError);
    expect((error as Error).name).toBe("PaymentRequiredError");
  });

  it("carry the code, message, request id and retry time of the response", async () => {
    const error = await errorFrom(ours, 429, body("RATE_LIMITED"));

    expect(error).toBeInstanceOf(ours.RateLimitedError);
    expect(error).toMatchObject({
      code: "RATE_LIMITED",
      status: 429,
      requestId: "req_1",
      retryAfterSeconds: 3,
      message: "No.",
    });
  });

  it.each(["<h1>Bad gateway</h1>", "", "null", "[]", '"text"', '{"error":{"code":1}}'])(
    "report NOT_UNDERSTOOD for the body %j",
    async (text) => {
      expect(await errorFrom(ours, 502, text)).toMatchObject({
        code: "NOT_UNDERSTOOD",
        status: 502,
        message: "Unexpected response with status 502. It is not from Brim.",
      });
    },
  );

  it("report NOT_UNDERSTOOD for an HTML page with status 200", async () => {
    expect(await errorFrom(ours, 200, "<h1>Welcome to our network</h1>")).toMatchObject({
      code: "NOT_UNDERSTOOD",
      message: "Unexpected response with status 200. It is not from Brim.",
    });
  });

  it("do not contain other values", () => {
    for (const value of [new Error("x"), null, undefined, "x", {}]) {
      expect(value).not.toBeInstanceOf(ours.BrimError);
    }
  });
});
