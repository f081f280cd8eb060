import { inTransaction, type Origin, type Runtime, type Tx } from "../runtime";
import { authenticate } from "./authentication";
import { expandResponse } from "./expand";
import { type Form, parseForm } from "./form-body";
import { acquireIdempotencyKey, releaseIdempotencyKey, storeResponse } from "./idempotency";
import { translateLegacyParameters } from "./legacy-parameters";
import { checkPage } from "./list";
import type { ApiRequest, Operation } from "./operation";
import { checkLimits } from "./param-limits";
import { assertPermitted } from "./permissions";
import { readParams } from "./request-schema";
import { operationSpec } from "./spec";
import { StripeError } from "./stripe-error";
import { ACCOUNT_VERSION, type ApiVersion, readVersion } from "./version";

/** One HTTP request to the API, not yet validated. */
export interface ApiCall {
  method: string;
  /** Without the query. */
  path: string;
  query: string;
  body: string;
  ids: Record<string, string>;
  authorization: string | undefined;
  version: string | undefined;
  idempotencyKey: string | undefined;
  requestId: string;
  /** An injected error that replaces the work and is stored for the idempotency key like any other response. */
  injectedError?: StripeError | undefined;
}

export interface ApiResponse {
  status: number;
  body: string;
  version?: string;
  /** Id of the first request with the same idempotency key, if its response is replayed. */
  originalRequestId?: string;
}

/** Handles one API request. Errors become responses with Stripe's error body. */
export async function handleRequest(
  runtime: Runtime,
  operation: Operation | undefined,
  call: ApiCall,
): Promise<ApiResponse> {
  try {
    authenticate(call.authorization, runtime.secretKey);
    const version = readVersion(call.version);
    if (!operation) throw new Error("an unknown path has no operation");
    assertPermitted(runtime.withheldPermissions, operationSpec(operation.id));
    const response = await handleAuthenticated(runtime, operation, call, version);
    return { ...response, version: version.name };
  } catch (error) {
    return { ...errorResponse(runtime, error, call), version: call.version ?? ACCOUNT_VERSION };
  }
}

async function handleAuthenticated(
  runtime: Runtime,
  operation: Operation,
  call: ApiCall,
  version: ApiVersion,
): Promise<ApiResponse> {
  const form = parseForm(call.method === "POST" ? call.body : call.query);
  const key = call.method === "POST" ? call.idempotencyKey : undefined;
  if (key === undefined) return execute(runtime, operation, call, form, version);

  const stored = await acquireIdempotencyKey(runtime.db, {
    key,
    path: `${call.method} ${call.path}`,
    form,
    requestId: call.requestId,
    bootId: runtime.bootId,
    now: runtime.clock.now(),
  });
  if (stored) return stored;
  return executeOnce(runtime, operation, call, form, version, key);
}

/** Runs a request under its idempotency key and stores the response, whether success or error. */
async function executeOnce(
  runtime: Runtime,
  operation: Operation,
  call: ApiCall,
  form: Form,
  version: ApiVersion,
  key: string,
): Promise<ApiResponse> {
  let began = false;
  try {
    const request = readRequest(runtime, operation, call, form, version);
    began = true;
    return await runOperation(runtime, operation, call, request, key);
  } catch (error) {
    if (!began) {
      await releaseIdempotencyKey(runtime.db, key);
      throw error;
    }
    const response = errorResponse(runtime, error, call);
    await settleIdempotencyKey(runtime, key, error, response);
    return response;
  }
}

/**
 * Stores a Stripe error as the key's response. After a failure of the sandbox itself it releases the key: the work
 * was rolled back, or it was committed together with its response, and then there is nothing to release.
 */
async function settleIdempotencyKey(
  runtime: Runtime,
  key: string,
  error: unknown,
  response: ApiResponse,
): Promise<void> {
  try {
    if (error instanceof StripeError) await storeResponse(runtime.db, key, response);
    else await releaseIdempotencyKey(runtime.db, key);
  } catch {
    // The database is unavailable; housekeeping releases the key later.
    runtime.keysToRelease.add(key);
  }
}

async function execute(
  runtime: Runtime,
  operation: Operation,
  call: ApiCall,
  form: Form,
  version: ApiVersion,
): Promise<ApiResponse> {
  return runOperation(runtime, operation, call, readRequest(runtime, operation, call, form, version));
}

/** Parses and validates the parameters. Nothing has been written when this throws. */
function readRequest(
  runtime: Runtime,
  operation: Operation,
  call: ApiCall,
  form: Form,
  version: ApiVersion,
): ApiRequest {
  const spec = operationSpec(operation.id);
  const schema = call.method === "POST" ? spec.body : spec.query;
  const params = readParams(schema, translateLegacyParameters(form, call.path, version), operation.canUnset);
  const request: ApiRequest = { params, ids: call.ids, url: call.path, version, now: runtime.clock.now() };
  checkLimits(params);
  if (call.method === "GET") checkPage(request);
  operation.check?.(request);
  return request;
}

async function runOperation(
  runtime: Runtime,
  operation: Operation,
  call: ApiCall,
  request: ApiRequest,
  key?: string,
): Promise<ApiResponse> {
  const origin: Origin = { requestId: call.requestId, idempotencyKey: call.idempotencyKey ?? null };
  if (call.injectedError) throw call.injectedError;
  return inTransaction(runtime, origin, async (tx) => {
    const response = await renderResponse(tx, operation, request);
    if (key !== undefined) await storeResponse(tx, key, response);
    return response;
  });
}

async function renderResponse(tx: Tx, operation: Operation, request: ApiRequest): Promise<ApiResponse> {
  const object = await operation.run(tx, request);
  if (object instanceof StripeError) return stripeErrorResponse(object);
  const paths = Array.isArray(request.params.expand) ? request.params.expand.map(String) : [];
  const shown = paths.length > 0 ? await expandResponse(tx, object, paths) : object;
  return { status: 200, body: JSON.stringify(shown, null, 2) };
}

function stripeErrorResponse(refusal: StripeError): ApiResponse {
  return { status: refusal.status, body: JSON.stringify(refusal.body, null, 2) };
}

function errorResponse(runtime: Runtime, error: unknown, call: ApiCall): ApiResponse {
  if (error instanceof StripeError) return stripeErrorResponse(error);
  runtime.log.error({ err: error, requestId: call.requestId, path: call.path }, "sandbox request failed");
  const hidden = new StripeError(500, {
    type: "api_error",
    message: `An unexpected error occurred in the sandbox. Its log has the details under ${call.requestId}.`,
  });
  return stripeErrorResponse(hidden);
}
