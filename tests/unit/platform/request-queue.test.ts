import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RequestQueue } from "@/lib/platform/request-queue";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const BUSY = { kind: "service_unavailable", details: { reason: "busy" } };

it("a request that waited for five seconds is rejected by the clock alone; one that came later still waits", async () => {
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

it("each request has five seconds of its own", async () => {
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

it("requests leave in their order, and an empty queue keeps no timer", async () => {
  const queue = new RequestQueue<number, string>();
  for (const n of [0, 1, 2]) void queue.enqueue(n);

  expect(queue.dequeue(2).map(({ request }) => request)).toEqual([0, 1]);
  expect(vi.getTimerCount()).toBe(1);
  expect(queue.dequeue(2).map(({ request }) => request)).toEqual([2]);
  expect(vi.getTimerCount()).toBe(0);
});

it("a queue that is full rejects at once", async () => {
  const queue = new RequestQueue<number, void>();
  for (let n = 0; n < 10_000; n++) queue.enqueue(n).catch(() => {});

  await expect(queue.enqueue(-1)).rejects.toMatchObject(BUSY);
});
