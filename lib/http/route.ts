import type { z } from "zod";
import type { Actor, CustomerActor, OperatorActor, Scope } from "@/lib/auth";
import type { ErrorKind } from "@/lib/platform/errors";

export type HttpMethod = "GET" | "POST" | "PUT" | "DELETE";

/** What a handler receives. Everything in it has been checked. */
export interface RouteInput<A, Body, Query, Params> {
  actor: A;
  body: Body;
  query: Query;
  /** The path parameters. */
  params: Params;
  /** The `Idempotency-Key` header, or null. */
  idempotencyKey: string | null;
  request: Request;
}

/** A response that needs more than a JSON body. Made by `reply`. */
export class Reply {
  constructor(
    readonly body: unknown,
    readonly options: ReplyOptions,
  ) {}
}

interface ReplyOptions {
  /** Whether this repeats the response to an earlier request with the same idempotency key. */
  isReplay?: boolean;
  /** The content type of a body that is already text. */
  contentType?: string;
}

/** Returns a body from a handler together with what else the response should say. */
export function reply(body: unknown, options: ReplyOptions): Reply {
  return new Reply(body, options);
}

/** The body of the 200 response, a `Reply`, or nothing for 204. */
type HandlerResult = object | undefined;

/** The sections of the API reference, in order. */
export const ROUTE_TAGS = ["Usage", "Billing", "Admin", "Service"] as const;
export type RouteTag = (typeof ROUTE_TAGS)[number];

interface RouteOptions<Body, Query, Params> {
  method: HttpMethod;
  /** As in the OpenAPI document: `/api/v1/billing/topups/{topup_intent_id}`. */
  path: `/api/${string}`;
  operationId: string;
  summary: string;
  /** What a caller needs to know beyond the summary, in Markdown. */
  description: string;
  /** The section of the API reference. */
  tag: RouteTag;
  /** The body of a successful response, or null for 204. */
  response: z.ZodType | null;
  /** Describes the response where the schema's own description is not specific enough. */
  responseDescription?: string;
  /** The content type of the response. Defaults to JSON. */
  responseType?: "text/plain";
  /** Errors of the operation itself, in addition to those of the pipeline. */
  errors?: readonly ErrorKind[];
  /** The path parameters. A value that does not match is 404, because nothing with that id can exist. */
  params?: Params;
  body?: z.ZodType<Body>;
  query?: z.ZodType<Query>;
  /** Whether the operation reads the `Idempotency-Key` header. */
  takesIdempotencyKey?: boolean;
  /**
   * Whether the response to an idempotent request is stored for a day: a repeated request gets the same bytes, and one that
   * arrives while the first is running gets 409. Not for charges and holds, which must stay a single statement, and not for
   * responses that contain a secret.
   */
  storesResponse?: boolean;
  /** Runs requests with the same key one at a time, but stores no response, because it may be outdated by the next request. */
  runsOneAtATime?: boolean;
  /** Whether an empty body means `{}`. */
  mayOmitBody?: boolean;
  /** The maximum size of the body. Defaults to 64 KiB. */
  maxBodyBytes?: number;
}

/** A route as the pipeline runs it. */
export interface Route extends RouteOptions<unknown, unknown, z.ZodObject> {
  access:
    | { kind: "customer" | "any_key" | "operator"; scope: Scope }
    | { kind: "public" }
    | { kind: "stripe" };
  run(input: RouteInput<Actor | null, unknown, unknown, unknown>): Promise<HandlerResult>;
}

type Handler<A, Body, Query, Params extends z.ZodObject> = (
  input: RouteInput<A, Body, Query, z.output<Params>>,
) => Promise<HandlerResult>;

type NoFields = Record<string, never>;

/** Declares a route for a caller that acts on one customer: a customer key or a member's browser session. */
export function customerRoute<Body = undefined, Query = NoFields, Params extends z.ZodObject = z.ZodObject>(
  { scope, ...options }: RouteOptions<Body, Query, Params> & { scope: Scope },
  handler: Handler<CustomerActor, Body, Query, Params>,
): Route {
  return toRoute({ kind: "customer", scope }, options, handler);
}

/** Declares a route for any caller with the scope: a customer, or the operator, which names a customer. */
export function usageRoute<Body = undefined, Query = NoFields, Params extends z.ZodObject = z.ZodObject>(
  { scope, ...options }: RouteOptions<Body, Query, Params> & { scope: Scope },
  handler: Handler<Actor, Body, Query, Params>,
): Route {
  return toRoute({ kind: "any_key", scope }, options, handler);
}

/** Declares a route for operator keys. */
export function operatorRoute<Body = undefined, Query = NoFields, Params extends z.ZodObject = z.ZodObject>(
  options: RouteOptions<Body, Query, Params>,
  handler: Handler<OperatorActor, Body, Query, Params>,
): Route {
  return toRoute({ kind: "operator", scope: "admin" }, options, handler);
}

/** Declares a route that needs no authentication. */
export function publicRoute(
  options: RouteOptions<undefined, NoFields, z.ZodObject>,
  handler: Handler<null, undefined, NoFields, z.ZodObject>,
): Route {
  return toRoute({ kind: "public" }, options, handler);
}

/** Declares the webhook route. The handler reads the raw body itself, because Stripe signs the exact bytes. */
export function stripeRoute(
  options: RouteOptions<undefined, NoFields, z.ZodObject>,
  handler: Handler<null, undefined, NoFields, z.ZodObject>,
): Route {
  return toRoute({ kind: "stripe" }, options, handler);
}

/** The pipeline checks the input against the schemas of the route, so the handler's own types hold. */
function toRoute(access: Route["access"], options: object, handler: unknown): Route {
  return { ...options, access, run: handler } as Route;
}
