import { afterEach, describe, expect, it, vi } from "vitest";
import { attemptFor } from "@/components/billing/attempt";
import { describeApiError, requestCheckout } from "@/components/billing/request-checkout";
import { randomKey } from "@/lib/client";

describe("attemptFor", () => {
  const unresolved = { input: "25.00", idempotencyKey: "key-1" };

  it("reuses the key while the outcome is unknown", () => {
    expect(attemptFor(unresolved, "25.00", () => "key-2")).toBe(unresolved);
  });

  it("uses a new key when the input has changed", () => {
    expect(attemptFor(unresolved, "50.00", () => "key-2").idempotencyKey).toBe("key-2");
  });

  it("uses a new key for a new attempt with the same amount", () => {
    expect(attemptFor(null, "25.00", () => "key-2").idempotencyKey).toBe("key-2");
  });
});

describe("randomKey", () => {
  it("is unique and valid in a header", () => {
    const keys = Array.from({ length: 100 }, randomKey);

    expect(new Set(keys).size).toBe(100);
    expect(keys.every((key) => /^[\x21-\x7e]{32,36}$/.test(key))).toBe(true);
  });
});

describe("describeApiError", () => {
  const describeStatus = (status: number, rest = {}) =>
    describeApiError({ status, requestId: null, details: {}, ...rest });

  it("assigns a validation error to its field", () => {
    const details = { issues: [{ path: "amount_usd", message: "Too small." }] };

    expect(describeStatus(400, { details })).toMatchObject({
      message: "Too small.",
      field: "amount_usd",
      isUnresolved: false,
    });
  });

  it.each([500, 502, 503, 504])("keeps the attempt after a %i, because it may have succeeded", (status) => {
    expect(describeStatus(status).isUnresolved).toBe(true);
  });

  it.each([400, 401, 403, 409])("ends the attempt after a %i", (status) => {
    expect(describeStatus(status).isUnresolved).toBe(false);
  });

  it("offers sign-in when the session has expired", () => {
    expect(describeStatus(401).isSignedOut).toBe(true);
  });

  it.each([500, 503])("includes the caller's reassurance after a %i", (status) => {
    const error = { status, requestId: null, details: {} };

    expect(describeApiError(error).message).toContain("Nothing was charged.");
    expect(describeApiError(error, "Nothing has changed.").message).not.toContain("charged");
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
    "after a %i shows its own message instead of the server's, with the request id for a 500",
    async (status, error) => {
      const body = {
        error,
        message: "TypeError: x is not a function",
        statusCode: status,
        request_id: "req_1",
      };
      const headers = { "content-type": "application/json", "x-request-id": "req_1", "retry-after": "3600" };
      vi.stubGlobal("fetch", async () => new Response(JSON.stringify(body), { status, headers }));

      const result = await requestCheckout("cust_1", { mode: "setup" }, "key-1");

      if (result.ok) throw new Error("Expected an error.");
      expect(result.message).not.toContain("TypeError");
      expect(result.message.includes("req_1")).toBe(status === 500);
    },
  );
});
