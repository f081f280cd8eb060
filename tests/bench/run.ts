import { GROUP_NAMES, measure } from "./groups";
import { startBenchPostgres } from "./ledger/bench-database";
import { describeMachine } from "./machine";
import { type BenchOptions, readOptions, USAGE } from "./options";
import { FULL, QUICK } from "./scale";
import { formatTable, isMet, type Row } from "./table";

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(code)); // runs the exit handlers, which stop Postgres and delete its data
}

try {
  const options = readOptions(process.argv.slice(2));
  const rows = await runBench(options);
  if (options.isStrict && rows.some((row) => isMet(row) === false)) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error && !process.env.DEBUG ? error.message : error);
  console.error(USAGE);
  process.exitCode = 2;
}

async function runBench(options: BenchOptions): Promise<Row[]> {
  const startedAt = Date.now();
  const scale = options.isQuick ? QUICK : FULL;
  const postgres = await startBenchPostgres(options.keptFolder);
  try {
    console.log(`command   npm run bench -- ${process.argv.slice(2).join(" ")}`);
    console.log(`${await describeMachine(postgres.admin)}\n`);
    const rows: Row[] = [];
    for (const name of GROUP_NAMES.filter((known) => options.groups.includes(known))) {
      console.log(`measuring ${name} …`);
      rows.push(...(await measure(name, { postgres, scale })));
    }
    console.log(`\n${formatTable(rows)}\n`);
    console.log(
      `${scale.rounds} alternating rounds; medians; took ${Math.round((Date.now() - startedAt) / 1_000)} s`,
    );
    if (options.isQuick)
      console.log("--quick only checks that everything runs; its numbers are meaningless.");
    return rows;
  } finally {
    await postgres.stop();
  }
}
