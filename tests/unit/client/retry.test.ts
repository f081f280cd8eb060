import { describe, expect, it } from "vitest";
import { BrimError, type Failure, NoAnswerError } from "@/lib/client/errors";
import { wait, waitBeforeRetry } from "@/lib/client/retry";

const failed = (status: number, retryAfterSeconds: number | null = null) =>
  new BrimError({
    status,
    retryAfterSeconds,
    message: "",
    code: "",
    requestId: null,
    details: {},
  } as Failure);

const first = { n: 1, random: 1 };

describe("a repeatable call", () => {
  it.each([
    ["no response", new NoAnswerError("", null)],
    ...[429, 500, 502, 503, 504].map((status) => [String(status), failed(status)] as const),
    ["409 with retry-after", failed(409, 1)],
  ] as const)("is retried after %s", (_what, error) => {
    expect(waitBeforeRetry(error, { ...first, isRepeatable: true })).toBeGreaterThan(0);
  });

  it.each([400, 401, 402, 403, 404, 409, 413, 415, 501])("is not retried after %i", (status) => {
    expect(waitBeforeRetry(failed(status), { ...first, isRepeatable: true })).toBeNull();
  });
});

describe("any other call", () => {
  it("is retried only after a 429, because nothing was done", () => {
    const errors = [
      new NoAnswerError("", null),
      ...[409, 500, 502, 503, 504].map((status) => failed(status, 1)),
    ];

    for (const error of errors) expect(waitBeforeRetry(error, { ...first, isRepeatable: false })).toBeNull();
    expect(waitBeforeRetry(failed(429, 1), { ...first, isRepeatable: false })).toBe(1_000);
  });
});

describe("the delay", () => {
  const waits = (random: number) =>
    [1, 2, 3, 4, 5, 6].map((n) => waitBeforeRetry(failed(503), { n, random, isRepeatable: true }));

  it("doubles up to eight seconds, with up to 50% jitter", () => {
    expect(waits(1)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000]);
    expect(waits(0)).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000]);
  });

  it("is at least retry-after, and the call is not retried if that is too long", () => {
    expect(waitBeforeRetry(failed(429, 12), { ...first, isRepeatable: true })).toBe(12_000);
    expect(waitBeforeRetry(failed(429, 0), { ...first, isRepeatable: true })).toBe(500);
    expect(waitBeforeRetry(failed(429, 21), { ...first, isRepeatable: true })).toBeNull();
  });

  it("ends immediately if the caller aborts before or during it", async () => {
    const stop = new AbortController();
    const waiting = wait(60_000, stop.signal);

    stop.abort(new Error("aborted by the caller"));

    await expect(waiting).rejects.toThrow("aborted by the caller");
    await expect(wait(60_000, stop.signal)).rejects.toThrow("aborted by the caller");
  });
});
