import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectDocumented } from "@/tests/support/api-document";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { usualKey } from "@/tests/support/refusals/valid-request";
import { SAMPLED, type SampleWorld, sampleOf, startSampleWorld } from "@/tests/support/samples";

/** curl's configuration, so that the samples run unchanged. */
const home = mkdtempSync(join(tmpdir(), "brim-curl-"));
let samples: SampleWorld;

beforeAll(async () => {
  writeFileSync(join(home, ".curlrc"), "silent\nshow-error\ninclude\n");
  samples = await startSampleWorld();
});
afterAll(async () => {
  rmSync(home, { recursive: true });
  await samples.stop();
});

/** Runs a sample in a shell with an API key, and returns curl's output. */
async function paste(source: string, apiKey: string) {
  const { stdout } = await promisify(execFile)("bash", ["-euc", source], {
    env: { ...process.env, CURL_HOME: home, BRIM_API_KEY: apiKey },
  });
  const [head = "", ...rest] = stdout.split("\r\n\r\n");
  const [status = "", ...lines] = head.split("\r\n");
  const headers = new Headers();
  for (const line of lines)
    headers.append(line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1).trim());
  return { status: Number(status.split(" ")[1]), headers, text: rest.join("\r\n\r\n") };
}

/** Parses the request from a sample. */
function requestOf(source: string): { path: string; requestBody: unknown } {
  const { pathname, search } = new URL(/https?:[^\s"]+/.exec(source)?.[0] ?? "");
  const body = /-d '(.*)'$/s.exec(source)?.[1];
  return { path: `${pathname}${search}`, requestBody: body === undefined ? undefined : JSON.parse(body) };
}

describe("the shell samples, run in sequence", () => {
  it.each(SAMPLED)("%s succeeds with a documented response", async (_id, route) => {
    const source = await sampleOf(route, "curl", samples.world);

    const { status, headers, text } = await paste(source, usualKey(route, samples.world));

    expect(`${status} ${text}`).toMatch(/^20[04] /);
    expect(text).not.toContain('"ok":false'); // a rejected item of a batch
    const isJson = headers.get("content-type")?.startsWith("application/json");
    const body = text === "" ? undefined : isJson ? JSON.parse(text) : text;
    expectDocumented({ method: route.method, ...requestOf(source), status, headers, body });
  });

  it("leave the ledger consistent", () => expectLedgerVerified());
});
