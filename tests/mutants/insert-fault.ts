import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant, Place } from "./mutants";

/** The text that a mutant replaces is missing, or occurs more than once. */
export class AnchorError extends Error {}

/** A file, with the range that is searched. */
interface Anchor {
  file: string;
  content: string;
  from: number;
  to: number;
}

/**
 * Finds the text that a mutant replaces.
 *
 * @returns the file below `root`, its content, and the content with the fault
 * @throws AnchorError
 */
export function findAnchor(root: string, { name, place, search, replace }: Mutant) {
  const { file, content, from, to } = locate(root, place);
  const part = content.slice(from, to);
  const count = part.split(search).length - 1;
  if (count !== 1) throw new AnchorError(`"${name}": the text occurs ${count} times in ${file}: ${search}`);
  const mutated = content.slice(0, from) + part.replace(search, () => replace) + content.slice(to);
  return { file, content, mutated };
}

/**
 * Inserts a fault into a copy of the project.
 *
 * @returns a function that removes the fault
 */
export function insertFault(root: string, mutant: Mutant): () => void {
  const { file, content, mutated } = findAnchor(root, mutant);
  writeFileSync(join(root, file), mutated);
  return () => writeFileSync(join(root, file), content);
}

function locate(root: string, place: Place): Anchor {
  if ("file" in place) {
    const content = readFileSync(join(root, place.file), "utf8");
    return { file: place.file, content, from: 0, to: content.length };
  }
  const migrations = readdirSync(join(root, "prisma/migrations"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `prisma/migrations/${name}/migration.sql`)
    .sort();
  // The last definition is the current one.
  for (const file of migrations.reverse()) {
    const content = readFileSync(join(root, file), "utf8");
    const definitions = [
      ...content.matchAll(
        new RegExp(`^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) (public\\.)?${place.sqlFunction}\\(`, "gm"),
      ),
    ];
    const last = definitions.at(-1);
    if (last) return { file, content, from: last.index, to: endOfDefinition(content, last.index) };
  }
  throw new AnchorError(`No migration defines ${place.sqlFunction}.`);
}

/** Returns the end of a function body, which is at the second dollar quote. */
function endOfDefinition(content: string, from: number): number {
  const [quote = "$$"] = content.slice(from).match(/\$\w*\$/) ?? [];
  const opening = content.indexOf(quote, from);
  return content.indexOf(quote, opening + quote.length);
}
