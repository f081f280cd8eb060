import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { metricsText } from "@/lib/monitoring";
import { pool } from "@/lib/platform/db";
import { testDatabase } from "@/tests/support/settings";

const database = testDatabase();
const runbook = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");

beforeAll(() => database.ready);
afterAll(() => database.drop());

it("tells of every metric of ours, and of none that does not exist", async () => {
  const text = await metricsText(new Date());

  const measured = [...text.matchAll(/^# TYPE (brim_\w+)/gm)].map(([, name]) => name);
  const explained = [...runbook.matchAll(/^\| `(brim_\w+)`/gm)].map(([, name]) => name);
  expect(explained.toSorted()).toEqual(measured.toSorted());
});

it("has statements that the database understands", async () => {
  const statements = [...runbook.matchAll(/```sql\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
    block.split(";").filter((statement) => statement.trim() !== ""),
  );

  expect(statements.length).toBeGreaterThanOrEqual(7);
  for (const statement of statements) await pool().query(`EXPLAIN ${statement}`);
});

it("links only to chapters that it has", () => {
  const chapters = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replaceAll(" ", "-"),
  );
  const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, name]) => name);

  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(chapters).toContain(link);
});
