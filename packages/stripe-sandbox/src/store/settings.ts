import type { Queryable } from "./database";

export async function readSetting(db: Queryable, name: string): Promise<string | undefined> {
  const [row] = await db.query<{ value: string }>("SELECT value FROM setting WHERE name = $1", [name]);
  return row?.value;
}

export async function writeSetting(db: Queryable, name: string, value: string): Promise<void> {
  await db.query(
    "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [name, value],
  );
}

/** Reads a setting, or stores the given value if it is not set; safe under concurrency. */
export async function settingOrDefault(db: Queryable, name: string, fallback: () => string): Promise<string> {
  await db.query("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", [
    name,
    fallback(),
  ]);
  const value = await readSetting(db, name);
  if (value === undefined) throw new Error(`setting ${name} vanished`);
  return value;
}
