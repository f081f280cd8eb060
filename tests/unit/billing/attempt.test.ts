import { describe, expect, it } from "vitest";
import { attemptFor } from "@/components/billing/attempt";
import { explainRefusal } from "@/components/billing/request-checkout";
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

  it("offers sign-in when the session has ended, and never shows what the server wrote of a bug", () => {
    expect(refused(401).isSignedOut).toBe(true);
    expect(refused(500, { message: "stack", requestId: "req_1" }).message).not.toContain("stack");
    expect(refused(500, { requestId: "req_1" }).message).toContain("req_1");
  });

  it.each([500, 503])("says of a %i what did not happen, in the words of who asked", (status) => {
    const refusal = { status, requestId: null, details: {} };

    expect(explainRefusal(refusal).message).toContain("Nothing was charged.");
    expect(explainRefusal(refusal, "Nothing has changed.").message).not.toContain("charged");
  });
});
