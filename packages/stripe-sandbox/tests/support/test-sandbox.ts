import Stripe from "stripe";
import { createTestDatabase } from "@/tests/support/database";
import { onFileEnd } from "@/tests/support/file-resources";
import { type SandboxOptions, startSandbox } from "../../src";
import { expectStripeResponse } from "./stripe-shapes";

/** A sandbox on its own database, and the SDK connected to it over HTTP. */
export interface TestSandbox {
  url: string;
  databaseUrl: string;
  secretKey: string;
  stripe: Stripe;
  /** Calls the API without the SDK. `form` is the encoded body. */
  call(method: string, path: string, form?: string, headers?: Record<string, string>): Promise<RawResponse>;
  /** Calls `/_control`; throws for a response that is neither 2xx nor 402 (a failed payment). */
  control<T = Record<string, unknown>>(method: string, path: string, body?: object): Promise<T>;
  /** Submits the hosted page with Pay (or another button). */
  submit(sessionId: string, fields: Record<string, string>): Promise<Response>;
  restart(options?: Partial<SandboxOptions>): Promise<void>;
  stop(): Promise<void>;
}

export interface RawResponse {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each test decides which fields of the response it reads
  json: any;
}

export const SANDBOX_KEY = "sk_test_integration0123456789";

export async function startTestSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const database = await createTestDatabase({ empty: true });
  const start = (changed: Partial<SandboxOptions> = {}) =>
    startSandbox({ databaseUrl: database.url, secretKey: SANDBOX_KEY, ...options, ...changed });
  let sandbox = await start();
  const port = sandbox.port;
  const forget = onFileEnd("the sandbox", () => sandbox.stop());

  const call: TestSandbox["call"] = async (method, path, form, headers) => {
    const response = await fetch(`${sandbox.url}${path}`, {
      method,
      ...(form !== undefined && { body: form }),
      headers: {
        Authorization: `Bearer ${SANDBOX_KEY}`,
        "Content-Type": "application/x-www-form-urlencoded",
        "Stripe-Version": Stripe.API_VERSION,
        ...headers,
      },
    });
    const json = await response.json();
    expectStripeResponse(json);
    return { status: response.status, headers: response.headers, json };
  };

  return {
    url: sandbox.url,
    databaseUrl: database.url,
    secretKey: SANDBOX_KEY,
    stripe: createClient(port),
    call,
    control: async <T>(method: string, path: string, body?: object) => {
      const response = await fetch(`${sandbox.url}/_control${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok && response.status !== 402) throw new Error(`${path}: ${response.status} ${text}`);
      return JSON.parse(text) as T;
    },
    submit: (sessionId, fields) =>
      fetch(`${sandbox.url}/c/pay/${sessionId}`, {
        method: "POST",
        redirect: "manual",
        body: new URLSearchParams(fields),
      }),
    restart: async (changed) => {
      await sandbox.stop();
      sandbox = await start({ port, ...changed });
    },
    stop: async () => {
      await sandbox.stop();
      forget();
      await database.drop();
    },
  };
}

/** The SDK configured as in the app; every response is validated against the API description. */
function createClient(port: number): Stripe {
  return new Stripe(SANDBOX_KEY, {
    apiVersion: Stripe.API_VERSION as "2026-10-28.endive",
    host: "127.0.0.1",
    port,
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(async (url: string | URL | Request, init?: RequestInit) => {
      const response = await fetch(url, init);
      expectStripeResponse(await response.clone().json());
      return response;
    }),
  });
}
