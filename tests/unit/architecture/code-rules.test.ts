import { beforeAll, describe, expect, it } from "vitest";
import { type Finding, lintFiles } from "../../support/lint-files";

interface Rule {
  readonly rule: string;
  /** Code by path. The rule must report each of these files. */
  readonly refused: Record<string, string>;
  /** Code by path. The lint must report nothing about these files. */
  readonly allowed: Record<string, string>;
}

const RULES: Record<string, Rule> = {
  "modules have no import cycles, not even of types": {
    rule: "lint/suspicious/noImportCycles",
    refused: {
      "lib/disputes/index.ts": `import { refund } from "@/lib/refunds";\nexport const dispute = () => refund;\n`,
      "lib/refunds/index.ts": `import { dispute } from "@/lib/disputes";\nexport const refund = () => dispute;\n`,
      "lib/auth/index.ts": `import type { Key } from "@/lib/api-keys";\nexport type Actor = { key: Key };\n`,
      "lib/api-keys/index.ts": `import type { Actor } from "@/lib/auth";\nexport type Key = { actor: Actor };\n`,
      "lib/usage/charge.ts": `import { hold } from "./hold";\nexport const charge = () => hold;\n`,
      "lib/usage/hold.ts": `import { charge } from "./charge";\nexport const hold = () => charge;\n`,
    },
    allowed: {
      "lib/customers/index.ts": `export { customer } from "./customer";\n`,
      "lib/customers/customer.ts": "export const customer = 1;\n",
      "lib/top-ups/index.ts": `import { customer } from "@/lib/customers";\nexport const topUp = customer;\n`,
    },
  },
  "only env and commands read environment variables": {
    rule: "lint/style/noProcessEnv",
    refused: {
      "lib/usage/limits.ts": "export const limit = process.env.LIMIT;\n",
      "lib/platform/log/level.ts": `export const level = process["env"].LOG_LEVEL;\n`,
      "app/billing/link.ts": "export const url = globalThis.process.env.APP_URL;\n",
      "prisma/seed.ts": "export const url = process.env.DATABASE_URL;\n",
    },
    allowed: {
      "lib/platform/env/read.ts": "export const url = process.env.APP_URL;\n",
      "lib/commands/demo.ts": "export const port = process.env.PORT;\n",
      "tests/support/port.ts": "export const port = process.env.PORT;\n",
      "next.config.ts": "export default { env: { CI: process.env.CI } };\n",
    },
  },
  "only commands write to the console": {
    rule: "lint/suspicious/noConsole",
    refused: {
      "lib/usage/print.ts": `console.log("charged");\n`,
      "components/billing/print.tsx": `console.error("failed");\n`,
    },
    allowed: {
      "lib/commands/doctor.ts": `console.log("well");\n`,
      "tests/support/print.ts": `console.log("well");\n`,
    },
  },
  "no any": {
    rule: "lint/suspicious/noExplicitAny",
    refused: { "lib/usage/any.ts": "export const parse = (input: any) => input;\n" },
    allowed: { "lib/usage/unknown.ts": "export const parse = (input: unknown) => input;\n" },
  },
  "promises are awaited or handled": {
    rule: "lint/nursery/noFloatingPromises",
    refused: {
      "lib/usage/forgets.ts": `import { save } from "@/lib/reporting";\nexport function forgets() {\n  save();\n}\n`,
    },
    allowed: {
      "lib/reporting/index.ts": "export async function save() {}\n",
      "lib/usage/waits.ts": `import { save } from "@/lib/reporting";\nexport async function waits() {\n  await save();\n}\n`,
    },
  },
  "types are imported as types": {
    rule: "lint/style/useImportType",
    refused: {
      "lib/usage/imports.ts": `import { Pool } from "pg";\nexport const size = (pool: Pool) => pool.totalCount;\n`,
    },
    allowed: {
      "lib/usage/imports-type.ts": `import type { Pool } from "pg";\nexport const size = (pool: Pool) => pool.totalCount;\n`,
    },
  },
  "default exports are forbidden, except where Next or a tool requires them": {
    rule: "lint/style/noDefaultExport",
    refused: {
      "lib/usage/default.ts": "export default 1;\n",
      "components/ui/button.tsx": "export default function Button() {\n  return null;\n}\n",
      "app/billing/notice.tsx": "export default function Notice() {\n  return null;\n}\n",
    },
    allowed: {
      "app/billing/page.tsx": "export default function Page() {\n  return null;\n}\n",
      "app/billing/top-ups/[id]/not-found.tsx": "export default function NotFound() {\n  return null;\n}\n",
      "vitest.config.ts": "export default {};\n",
    },
  },
  "Playwright rules apply to end-to-end tests only": {
    rule: "lint/correctness/usePlaywrightValidDescribeCallback",
    refused: { "tests/e2e/paying.spec.ts": `describe("paying");\n` },
    allowed: {
      "lib/usage/describe.ts":
        "const describe = (amount: string) => amount;\nexport const text = describe('1');\n",
    },
  },
  "files are named in kebab-case": {
    rule: "lint/style/useFilenamingConvention",
    refused: {
      "lib/usage/createCharge.ts": "export const one = 1;\n",
      "components/billing/TopUpForm.tsx": "export const one = 1;\n",
    },
    allowed: {
      "lib/usage/create-charge.ts": "export const one = 1;\n",
      "app/api/auth/[...nextauth]/route.ts": "export const one = 1;\n",
    },
  },
  "imports are written in a form that the import rules can check": {
    rule: "plugin",
    refused: {
      "lib/usage/inline.ts": `export type Row = import("pg").QueryResultRow;\n`,
      "lib/usage/type-of.ts": `export type Pg = typeof import("pg");\n`,
      "app/billing/template.ts": "export const load = () => import(`pg`);\n",
      "lib/usage/winding.ts": `export { one } from "./batches/../create-charge";\n`,
    },
    allowed: {
      "lib/usage/plain.ts": `export const load = () => import("pg");\n`,
      "lib/commands/computed.ts": "export const load = (path: URL) => import(path.href);\n",
    },
  },
};

const TAILWIND_CSS = `@import "tailwindcss";
@source "../components";
@custom-variant dark (&:where(.dark, .dark *));
@theme inline {
  --color-accent: oklch(0.6 0.2 250);
}
@utility tabular {
  font-variant-numeric: tabular-nums;
}
@layer base {
  body {
    @apply antialiased;
    width: --spacing(4);
    @variant dark {
      color: var(--color-white);
    }
  }
}
`;

let findings: Finding[];

beforeAll(async () => {
  const rules = Object.values(RULES);
  const files = Object.assign({}, ...rules.flatMap((one) => [one.refused, one.allowed]));
  findings = await lintFiles({ ...files, "app/globals.css": TAILWIND_CSS });
});

describe("lint rules", () => {
  it.each(Object.entries(RULES))("%s", (_title, { rule, refused, allowed }) => {
    const reported = findings.filter((finding) => finding.rule === rule).map(({ file }) => file);
    const aboutClean = findings.filter(({ file }) => file in allowed);

    expect(reported).toEqual(expect.arrayContaining(Object.keys(refused)));
    expect(aboutClean).toEqual([]);
  });

  it("Tailwind's directives are valid CSS", () => {
    expect(findings.filter(({ file }) => file === "app/globals.css")).toEqual([]);
  });
});
