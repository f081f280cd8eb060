import type { z } from "zod";
import type { Actor, CustomerActor, OperatorActor, Scope } from "@/lib/auth";
import type { ErrorKind } from "@/lib/platform/errors";

export type HttpMethod = "GET" | "POST" | "PUT" | "DELETE";

/** What a handler gets: everything is checked. */
export interface RouteInput<A, Body, Query> {
  actor: A;
  body: Body;
  query: Query;
  /** The parts of the path in braces. */
  params: Record<string, string>;
  /** The caller's name for this request; null when none was sent. */
  idempotencyKey: string | null;
  requestId: string;
  request: Request;
}

/** What a handler answers: a JSON body and, rarely, more. */
export interface RouteAnswer {
  body: unknown;
  /** 200 unless said otherwise. */
  status?: number;
  /** True when this is the earlier answer to the same idempotency key. */
  isReplay?: boolean;
  /** Set when the body is a text of this type and no JSON. */
  textType?: string;
}

/** The chapters of the reference, in its order. */
export const ROUTE_TAGS = ["Usage", "Billing", "Admin", "Service"] as const;
export type RouteTag = (typeof ROUTE_TAGS)[number];

interface RouteFacts<Body, Query> {
  method: HttpMethod;
  /** As in the OpenAPI document: `/api/v1/billing/topups/{topup_intent_id}`. */
  path: `/api/${string}`;
  operationId: string;
  summary: string;
  /** What a caller must know beyond the summary; Markdown, for the reference. */
  description: string;
  /** The chapter of the reference. */
  tag: RouteTag;
  /** What a success says; the answers of the tests are held against it. Null where a success is 204. */
  answer: z.ZodType | null;
  /** The same in words, where those of the schema say too little for this call. */
  answerDescription?: string;
  /** What a success is written in; JSON unless said otherwise. */
  answerType?: "text/plain";
  /** Failures of this route's own work, beyond those that the pipeline gives. */
  refusals?: readonly ErrorKind[];
  /** The parts of the path in braces. What does not fit names nothing that exists: 404. */
  params?: z.ZodObject;
  body?: z.ZodType<Body>;
  query?: z.ZodType<Query>;
  /** Whether the header `Idempotency-Key` means something here. */
  takesIdempotencyKey?: boolean;
  /**
   * Whether the answer under a key is kept for a day, so that a repeated request gets it word for word, and one that comes
   * while the first is running is told so. Not for spending, which must stay one statement, nor where a secret is shown once.
   */
  storesAnswer?: boolean;
  /** Runs once at a time under a key, but keeps no answer: what was answered may not hold any more. */
  runsOneAtATime?: boolean;
  /** Whether no body at all stands for `{}`. */
  mayOmitBody?: boolean;
  /** Bytes that the body may have; 64 KiB unless said otherwise. */
  maxBodyBytes?: number;
}

/** A route as the pipeline runs it. */
export interface Route extends RouteFacts<unknown, unknown> {
  access:
    | { kind: "customer" | "any_key" | "operator"; scope: Scope }
    | { kind: "public" }
    | { kind: "stripe" };
  run(input: RouteInput<Actor | null, unknown, unknown>): Promise<RouteAnswer>;
}

/** A route for a caller who acts on one customer and has a scope. */
export function customerRoute<Body = undefined, Query = Record<string, never>>(
  facts: RouteFacts<Body, Query> & { scope: Scope },
  handler: (input: RouteInput<CustomerActor, Body, Query>) => Promise<RouteAnswer>,
): Route {
  const { scope, ...rest } = facts;
  return { ...rest, access: { kind: "customer", scope }, run: handler as Route["run"] } as Route;
}

/** A route for whoever has a scope: a customer, or the operator, who names the customer. */
export function usageRoute<Body = undefined, Query = Record<string, never>>(
  facts: RouteFacts<Body, Query> & { scope: Scope },
  handler: (input: RouteInput<Actor, Body, Query>) => Promise<RouteAnswer>,
): Route {
  const { scope, ...rest } = facts;
  return { ...rest, access: { kind: "any_key", scope }, run: handler as Route["run"] } as Route;
}

/** A route for the operator alone. */
export function operatorRoute<Body = undefined, Query = Record<string, never>>(
  facts: RouteFacts<Body, Query>,
  handler: (input: RouteInput<OperatorActor, Body, Query>) => Promise<RouteAnswer>,
): Route {
  return { ...facts, access: { kind: "operator", scope: "admin" }, run: handler as Route["run"] } as Route;
}

/** A route that anybody may call. */
export function publicRoute(
  facts: RouteFacts<undefined, Record<string, never>>,
  handler: (input: RouteInput<null, undefined, Record<string, never>>) => Promise<RouteAnswer>,
): Route {
  return { ...facts, access: { kind: "public" }, run: handler as Route["run"] } as Route;
}

/** The route that Stripe delivers to: the signature is checked over the raw body, which the handler reads itself. */
export function stripeRoute(
  facts: RouteFacts<undefined, Record<string, never>>,
  handler: (input: RouteInput<null, undefined, Record<string, never>>) => Promise<RouteAnswer>,
): Route {
  return { ...facts, access: { kind: "stripe" }, run: handler as Route["run"] } as Route;
}
