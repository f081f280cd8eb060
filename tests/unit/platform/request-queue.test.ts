import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RequestQueue } from "@/lib/platform/request-queue";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const BUSY = { kind: "service_unavailable", details: { reason: "busy" } };

it("a request that has waited for five seconds is rejected by the timer; a later one still waits", async () => {
  const queue = new RequestQueue<string, string>();
  const early = expect(queue.enqueue("early")).rejects.toMatchObject(BUSY);
  await vi.advanceTimersByTimeAsync(3_000);
  const late = queue.enqueue("late");

  await vi.advanceTimersByTimeAsync(2_000);

  await early;
  expect(queue.dequeue(10).map(({ request }) => request)).toEqual(["late"]);
  expect(vi.getTimerCount()).toBe(0);
  void late;
});

it("each request has its own five seconds", async () => {
  const queue = new RequestQueue<number, string>();
  const rejected: number[] = [];
  for (const n of [0, 1, 2]) {
    queue.enqueue(n).catch(() => rejected.push(n));
    await vi.advanceTimersByTimeAsync(1_000);
  }

  await vi.advanceTimersByTimeAsync(2_000);
  expect(rejected).toEqual([0]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rejected).toEqual([0, 1]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rejected).toEqual([0, 1, 2]);
});

it("requests are dequeued in order, and an empty queue has no timer", async () => {
  const queue = new RequestQueue<number, string>();
  for (const n of [0, 1, 2]) void queue.enqueue(n);

  expect(queue.dequeue(2).map(({ request }) => request)).toEqual([0, 1]);
  expect(vi.getTimerCount()).toBe(1);
  expect(queue.dequeue(2).map(({ request }) => request)).toEqual([2]);
  expect(vi.getTimerCount()).toBe(0);
});

it("requests that are not ready stay in the queue", async () => {
  const queue = new RequestQueue<string, void>();
  for (const name of ["a1", "b1", "a2", "b2", "b3"]) void queue.enqueue(name);

  const ready = queue.dequeue(2, (name) => name.startsWith("b")).map(({ request }) => request);

  expect(ready).toEqual(["b1", "b2"]);
  expect(queue.dequeue(10).map(({ request }) => request)).toEqual(["a1", "a2", "b3"]);
});

it("a full group of requests leaves room for others, and for its own next requests once some have left", async () => {
  const queue = new RequestQueue<string, void>({ groupOf: (name) => name.charAt(0), maxPerGroup: 2 });
  for (const name of ["a1", "a2"]) queue.enqueue(name).catch(() => {});

  await expect(queue.enqueue("a3")).rejects.toMatchObject(BUSY);
  queue.enqueue("b1").catch(() => {});
  expect(queue.groups).toBe(2);
  expect(queue.dequeue(1).map(({ request }) => request)).toEqual(["a1"]);
  queue.enqueue("a4").catch(() => {});
  expect(queue.dequeue(10).map(({ request }) => request)).toEqual(["a2", "b1", "a4"]);
  expect(queue.groups).toBe(0);

  for (const name of ["a5", "a6"]) queue.enqueue(name).catch(() => {});
  await vi.advanceTimersByTimeAsync(5_000);
  expect(queue.groups).toBe(0);
});

it("a full queue rejects immediately", async () => {
  const queue = new RequestQueue<number, void>();
  for (let n = 0; n < 10_000; n++) queue.enqueue(n).catch(() => {});

  await expect(queue.enqueue(-1)).rejects.toMatchObject(BUSY);
});
