import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as engineModule from "@prisma/schema-engine-wasm/schema_engine_bg";
import type { Client, Pool } from "pg";
import { createPool, WITHOUT_TIME_LIMITS } from "@/lib/platform/postgres";

type SchemaEngine = engineModule.SchemaEngine;

/** A migration may take hours. */
export const MIGRATION_CONNECTION = { applicationName: "brim-migrate", sessionSettings: WITHOUT_TIME_LIMITS };

/**
 * Once in a process, like the package itself: it keeps views of the memory of the first instance, and would read there what
 * a second one has written. A symbol, because this module may be loaded more often than the package.
 */
const LOADED = Symbol.for("brim.schema-engine");
const shared = globalThis as typeof globalThis & { [LOADED]?: Promise<void> };

/** The package's own entry imports the .wasm file as a module, which Node 20 cannot: it is instantiated by hand. */
function loadEngine(): Promise<void> {
  shared[LOADED] ??= (async () => {
    const require = createRequire(import.meta.url);
    const folder = path.dirname(require.resolve("@prisma/schema-engine-wasm/schema_engine_bg"));
    const bytes = await readFile(path.join(folder, "schema_engine_bg.wasm"));
    const { instance } = await WebAssembly.instantiate(bytes, {
      "./schema_engine_bg.js": engineModule as unknown as WebAssembly.ModuleImports,
    });
    const internals = engineModule as unknown as { __wbg_set_wasm(wasm: WebAssembly.Exports): void };
    internals.__wbg_set_wasm(instance.exports);
    (instance.exports as { __wbindgen_start(): void }).__wbindgen_start();
  })();
  return shared[LOADED];
}

/**
 * Sends a migration as one simple-protocol query. The adapter's own `executeScript` splits at every semicolon,
 * which tears plpgsql functions apart.
 */
class MigrationAdapter extends PrismaPg {
  readonly #connected: { dispose(): Promise<void> }[] = [];

  override async connect() {
    const adapter = await super.connect();
    this.#connected.push(adapter);
    const driver = adapter.underlyingDriver() as unknown as Pool | Client;
    adapter.executeScript = async (script: string) => {
      await driver.query(script);
    };
    return adapter;
  }

  /** The engine never closes what it opened, and an open connection keeps the process alive. */
  async close(): Promise<void> {
    await Promise.all(this.#connected.splice(0).map((adapter) => adapter.dispose()));
  }

  override connectToShadowDb(): never {
    // With a connection string the shadow database is the main one: everything in it would be lost.
    throw new Error("A shadow database is never used.");
  }
}

/**
 * Stands in for a database when two schemas are compared. The engine asks once, for the server's version, and never
 * again; anything else would be a mistake and throws.
 */
function versionOnlyAdapter(): SqlMigrationAwareDriverAdapterFactory {
  const refuse = () => {
    throw new Error("Comparing schemas must not touch a database.");
  };
  const connection: SqlDriverAdapter = {
    provider: "postgres",
    adapterName: "version-only",
    queryRaw: async () => ({
      columnNames: ["exists", "version", "numeric_version"],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, "PostgreSQL 16.0", 160_000]],
    }),
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    dispose: async () => {},
    getConnectionInfo: () => ({ schemaName: "public", supportsRelationJoins: true }),
  };
  return {
    provider: "postgres",
    adapterName: "version-only",
    connect: async () => connection,
    connectToShadowDb: refuse,
  };
}

/**
 * Runs `work` with Prisma's schema engine, compiled to WebAssembly, so that nothing is downloaded.
 *
 * @param databaseUrl null for work that needs no database
 */
export async function withSchemaEngine<T>(
  databaseUrl: string | null,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  await loadEngine();
  const pool = databaseUrl ? createPool(databaseUrl, { ...MIGRATION_CONNECTION, max: 2 }) : null;
  const database = pool && new MigrationAdapter(pool);
  const engine = await engineModule.SchemaEngine.new(
    { datamodels: undefined },
    () => {},
    bindMigrationAwareSqlAdapterFactory(database ?? versionOnlyAdapter()),
  );
  try {
    return await work(engine);
  } finally {
    engine.free();
    await database?.close();
    await pool?.end();
  }
}
