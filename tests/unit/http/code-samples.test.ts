import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "@/lib/http";
import { pythonLiteral } from "@/lib/http/openapi/code-samples";
import { buildDocument } from "@/lib/http/openapi/document";
import type { OpenApiDocument } from "@/lib/http/openapi/types";
import { applySettings } from "@/tests/support/settings";

let document: OpenApiDocument;

beforeAll(() => {
  applySettings({ APP_URL: "https://billing.brim.test", DATABASE_URL: "postgres://nobody@localhost/none" });
  document = buildDocument(ROUTES);
});

/** The samples of every operation in one language. */
function samplesIn(label: string): [operationId: string, source: string][] {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  return operations.flatMap((operation) =>
    operation["x-codeSamples"]
      .filter((sample) => sample.label === label)
      .map((sample): [string, string] => [operation.operationId, sample.source]),
  );
}

const CALLS = ROUTES.filter((route) => route.access.kind !== "stripe").map((route) => route.operationId);

describe("the code samples", () => {
  it("use different idempotency keys, so that they can be tried one after another", () => {
    const keys = samplesIn("curl").flatMap(([, source]) =>
      [...source.matchAll(/(?:Idempotency-Key: |"idempotency_key": ")([\w-]+)/g)].map(([, key]) => key),
    );

    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it.each(["curl", "TypeScript", "Python"])("exist in %s for every operation except the webhook", (label) => {
    expect(
      samplesIn(label)
        .map(([id]) => id)
        .sort(),
    ).toEqual([...CALLS].sort());
  });

  it("for the shell are valid and a single command", () => {
    for (const [id, source] of samplesIn("curl")) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: source, encoding: "utf8" });
      expect(`${id} ${status} ${stderr}`).toBe(`${id} 0 `);
      expect(source.replace(/'[^']*'/gs, "").replaceAll("\\\n", ""), id).not.toMatch(/[\n;|&]/);
    }
  });

  it("in TypeScript compile with our client, and so does the one in the README", () => {
    const [, readme = ""] = /```ts\n(import \{ Brim.*?)```/s.exec(readFileSync("README.md", "utf8")) ?? [];
    expect(readme).toContain("brim.createCharge(");

    // Compiled together with an invalid sample, so that the test fails if nothing is checked.
    const [, source = ""] = samplesIn("TypeScript").find(([id]) => id === "createCharge") ?? [];
    const wrong = source.replace("amount_usd:", "amount_eur:");

    const problems = problemsIn([...samplesIn("TypeScript"), ["readme", readme], ["wrong", wrong]]);

    expect(problems).toEqual([expect.stringMatching(/^wrong\.sample\.ts: .*amount_eur/)]);
  });
});

/** Compiles the samples as virtual files and returns the errors. */
function problemsIn(samples: [name: string, source: string][]): string[] {
  const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, ".");
  // The name of the client in the package, before it is built.
  options.paths = { ...options.paths, "brim/client": [resolve("lib/client/index.ts")] };
  const files = new Map(
    samples.map(([name, source]) => [resolve(import.meta.dirname, `${name}.sample.ts`), source]),
  );
  const host = ts.createCompilerHost({ ...options, incremental: false });
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.getSourceFile = (file, languageVersion, ...rest) => {
    const source = files.get(file);
    return source === undefined
      ? getSourceFile(file, languageVersion, ...rest)
      : ts.createSourceFile(file, source, languageVersion);
  };
  const program = ts.createProgram({
    rootNames: [...files.keys()],
    options: { ...options, incremental: false },
    host,
  });
  return [...files.keys()].flatMap((file) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => `${basename(file)}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`),
  );
}

it("JSON is written as a Python literal", () => {
  expect(pythonLiteral({ a: [true, null], b: 'say "x"', c: {} })).toBe(
    '{\n    "a": [\n        True,\n        None,\n    ],\n    "b": "say \\"x\\"",\n    "c": {},\n}',
  );
});
