import type { ErrorKind } from "@/lib/platform/errors";
import { INTERNAL, STATUS } from "../pipeline/errors";
import type { Route } from "../route";

/** A way to fail: an expected kind, or a bug of ours. */
export type Failure = ErrorKind | "internal_error";

/** How a route can fail, by status: what the pipeline refuses, and what the route's own work does. */
export function failuresOf(route: Route): Map<number, Failure[]> {
  const { access } = route;
  const asksWho = access.kind !== "public" && access.kind !== "stripe";
  const failures = new Set<Failure>([
    "invalid_request", // at least an unknown parameter
    ...(asksWho ? (["unauthorized", "forbidden", "rate_limited", "service_unavailable"] as const) : []),
    ...(route.params ? (["not_found"] as const) : []),
    ...(route.body ? (["payload_too_large", "unsupported_media_type"] as const) : []),
    ...(route.takesIdempotencyKey ? (["idempotency_conflict"] as const) : []),
    ...(route.storesAnswer || route.runsOneAtATime ? (["conflict"] as const) : []), // the first request is still running
    ...(route.refusals ?? []),
    "internal_error",
  ]);
  const byStatus = new Map<number, Failure[]>();
  // In the order of the table, so that the same failures always come in the same order.
  for (const failure of [...(Object.keys(STATUS) as ErrorKind[]), "internal_error" as const]) {
    if (!failures.has(failure)) continue;
    const { status } = statusOf(failure);
    byStatus.set(status, [...(byStatus.get(status) ?? []), failure]);
  }
  return byStatus;
}

/** The status and the code of a failure. */
export function statusOf(failure: Failure) {
  return failure === "internal_error" ? INTERNAL : STATUS[failure];
}
