import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { findAnchor } from "@/tests/mutants/insert-fault";
import { MUTANTS } from "@/tests/mutants/mutants";

it("there are at least thirty mutants with unique names", () => {
  const names = MUTANTS.map(({ name }) => name);

  expect(names.length).toBeGreaterThanOrEqual(30);
  expect(new Set(names).size).toBe(names.length);
});

it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  "can be inserted, and its tests exist: %s",
  (_name, mutant) => {
    const { content, mutated } = findAnchor(".", mutant);

    expect(mutated).not.toBe(content);
    for (const { file, name } of mutant.tests) {
      expect(existsSync(file)).toBe(true);
      expect(readFileSync(file, "utf8")).toContain(name);
    }
  },
);
