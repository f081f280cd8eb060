import type { Spread } from "./spread";

/** One row of the result: a rate relative to a baseline, or a number with an upper limit. */
export type Row =
  | { kind: "ratio"; name: string; measured: Spread; floor: Spread; ratio: Spread; atLeast?: number }
  | { kind: "limit"; name: string; measured: Spread; unit: "ms" | "MB" | "µs" | "×"; below?: number };

/** Returns undefined if there is no target. */
export function isMet(row: Row): boolean | undefined {
  if (row.kind === "ratio") return row.atLeast === undefined ? undefined : row.ratio.median >= row.atLeast;
  return row.below === undefined ? undefined : row.measured.median < row.below;
}

const HEADER = ["", "measured", "floor", "ratio (min–max)", "target", ""];

/** Formats the rows as a table. */
export function formatTable(rows: readonly Row[]): string {
  const lines = [HEADER, ...rows.map(cellsOf)];
  const widths = HEADER.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cellsOf(row: Row): string[] {
  const verdict = { true: "met", false: "MISSED", undefined: "" }[String(isMet(row))] ?? "";
  if (row.kind === "limit") {
    const { median, min, max } = row.measured;
    const measured = `${number(median)} ${row.unit}`;
    const spread = min === max ? "" : `(${number(min)}–${number(max)})`;
    return [row.name, measured, "", spread, row.below ? `< ${row.below} ${row.unit}` : "", verdict];
  }
  const { median, min, max } = row.ratio;
  return [
    row.name,
    `${number(row.measured.median)}/s`,
    `${number(row.floor.median)}/s`,
    `${times(median)} (${times(min)}–${times(max)})`,
    row.atLeast === undefined ? "" : `≥ ${row.atLeast}`,
    verdict,
  ];
}

function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(value >= 10 ? 1 : 2);
}

function times(value: number): string {
  return value.toFixed(value >= 10 ? 1 : 2);
}
