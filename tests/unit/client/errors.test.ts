import path from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import * as ours from "@/lib/client";

/** The same code once more, as another bundle has it. */
let theirs: typeof ours;

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
  theirs = (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as typeof ours;
});

async function refusedBy(client: typeof ours, status: number, body: unknown): Promise<unknown> {
  const answer = async () =>
    new Response(typeof body === "string" ? body : JSON.stringify(body), {
      status,
      headers: { "x-request-id": "req_1", "retry-after": "3" },
    });
  const brim = new client.Brim({
    apiKey: "brim_sk_x",
    baseUrl: "http://localhost",
    fetch: answer,
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
  it("are recognised whichever copy of the client threw them", async () => {
    const error = await refusedBy(theirs, 402, body("PAYMENT_REQUIRED", { available_usd: "1.00" }));

    expect(theirs.PaymentRequiredError).not.toBe(ours.PaymentRequiredError);
    expect(error instanceof ours.PaymentRequiredError && error.availableUsd).toBe("1.00");
    expect(error).toBeInstanceOf(ours.BrimError);
    expect(error).not.toBeInstanceOf(ours.RateLimitedError);
    expect((error as Error).name).toBe("PaymentRequiredError");
  });

  it("say what the API said", async () => {
    const error = await refusedBy(ours, 429, body("RATE_LIMITED"));

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
    "say that %j is no answer of Brim's",
    async (text) => {
      expect(await refusedBy(ours, 502, text)).toMatchObject({
        code: "NOT_UNDERSTOOD",
        status: 502,
        message: "The server answered with 502.",
      });
    },
  );

  it("say so too when such a page comes with a 200", async () => {
    expect(await refusedBy(ours, 200, "<h1>Welcome to our network</h1>")).toMatchObject({
      code: "NOT_UNDERSTOOD",
      message: "The server answered with 200.",
    });
  });

  it("nothing else is one of them", () => {
    for (const thing of [new Error("x"), null, undefined, "x", {}]) {
      expect(thing).not.toBeInstanceOf(ours.BrimError);
    }
  });
});
