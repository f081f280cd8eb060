import { performance } from "node:perf_hooks";
import { onPool, type Statement } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { prefixOf } from "./secret";

/** About 30 MB of memory. With more keys than this, every secret is looked up in the database. */
const MAX_LISTED = 500_000;

const LIST_KEYS: Statement = {
  name: "api_key_list_prefixes",
  text: `
    SELECT prefix FROM api_key
    WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) LIMIT ${MAX_LISTED + 1}`,
};

const MAX_AGE_MS = 10_000;

interface KeyList {
  readAt: number;
  /** Null when there are too many keys. */
  prefixes: Promise<Set<string> | null>;
}

/** On globalThis because this module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimListedKeys?: KeyList };

/**
 * Whether a secret has the prefix of an active key, according to a list in memory. The list misses keys that another process
 * has created since it was read.
 */
export async function isListedKey(secret: string): Promise<boolean> {
  shared.brimListedKeys ??= readList();
  const prefixes = await shared.brimListedKeys.prefixes;
  return prefixes?.has(prefixOf(secret)) ?? true;
}

/** Adds a key that this process has created. */
export async function addListedKey(secret: string): Promise<void> {
  const prefixes = await shared.brimListedKeys?.prefixes.catch(() => null); // logged by readList
  prefixes?.add(prefixOf(secret));
}

/** Reads the list again in the background, unless it is recent. */
export function refreshListedKeys(): void {
  const list = shared.brimListedKeys;
  if (list && performance.now() - list.readAt < MAX_AGE_MS) return;
  shared.brimListedKeys = readList();
}

function readList(): KeyList {
  const read: KeyList = { readAt: performance.now(), prefixes: readPrefixes() };
  read.prefixes.catch((error: unknown) => {
    log().warn({ err: error }, "could not list the API keys");
    if (shared.brimListedKeys === read) shared.brimListedKeys = undefined;
  });
  return read;
}

async function readPrefixes(): Promise<Set<string> | null> {
  const rows = await onPool().run<{ prefix: string }>(LIST_KEYS, []);
  return rows.length > MAX_LISTED ? null : new Set(rows.map(({ prefix }) => prefix));
}
