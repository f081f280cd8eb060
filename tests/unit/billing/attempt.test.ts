import { afterEach, describe, expect, it, vi } from "vitest";
import { attemptFor } from "@/components/billing/attempt";
import { explainRefusal, requestCheckout } from "@/components/billing/request-checkout";
import { randomKey } from "@/lib/client";

describe("attemptFor", () => {
  const unresolved = { input: "25.00", idempotencyKey: "key-1" };

  it("sends the same key again while nobody knows what became of the attempt", () => {
    expect(attemptFor(unresolved, "25.00", () => "key-2")).toBe(unresolved);
  });

  it("takes a new key when the input was changed", () => {
    expect(attemptFor(unresolved, "50.00", () => "key-2").idempotencyKey).toBe("key-2");
  });

  it("takes a new key for a new attempt at the same amount", () => {
    expect(attemptFor(null, "25.00", () => "key-2").idempotencyKey).toBe("key-2");
  });
});

describe("randomKey", () => {
  it("never repeats and fits the header", () => {
    const keys = Array.from({ length: 100 }, randomKey);

    expect(new Set(keys).size).toBe(100);
    expect(keys.every((key) => /^[\x21-\x7e]{32,36}$/.test(key))).toBe(true);
  });
});

describe("explainRefusal", () => {
  const refused = (status: number, rest = {}) =>
    explainRefusal({ status, requestId: null, details: {}, ...rest });

  it("puts what is wrong with a field beside the field", () => {
    const details = { issues: [{ path: "amount_usd", message: "Too small." }] };

    expect(refused(400, { details })).toMatchObject({
      message: "Too small.",
      field: "amount_usd",
      isUnresolved: false,
    });
  });

  it.each([502, 503, 504, 500])("keeps the attempt after a %i, which may have been taken", (status) => {
    expect(refused(status).isUnresolved).toBe(true);
  });

  it.each([400, 401, 403, 409])("ends the attempt after a %i", (status) => {
    expect(refused(status).isUnresolved).toBe(false);
  });

  it("offers sign-in when the session has ended", () => {
    expect(refused(401).isSignedOut).toBe(true);
  });

  it.each([500, 503])("says of a %i what did not happen, in the words of who asked", (status) => {
    const refusal = { status, requestId: null, details: {} };

    expect(explainRefusal(refusal).message).toContain("Nothing was charged.");
    expect(explainRefusal(refusal, "Nothing has changed.").message).not.toContain("charged");
  });
});

describe("requestCheckout", () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    [500, "INTERNAL_ERROR"],
    [503, "SERVICE_UNAVAILABLE"],
    [429, "RATE_LIMITED"],
    [409, "CONFLICT"],
    [403, "FORBIDDEN"],
  ])(
    "after a %i shows a message of its own and the request's number, not the server's text",
    async (status, error) => {
      const body = {
        error,
        message: "TypeError: x is not a function",
        statusCode: status,
        request_id: "req_1",
      };
      const headers = { "content-type": "application/json", "x-request-id": "req_1", "retry-after": "3600" };
      vi.stubGlobal("fetch", async () => new Response(JSON.stringify(body), { status, headers }));

      const answer = await requestCheckout("cust_1", { mode: "setup" }, "key-1");

      if (answer.ok) throw new Error("It was refused.");
      expect(answer.message).not.toContain("TypeError");
      expect(answer.message.includes("req_1")).toBe(status === 500);
    },
  );
});
