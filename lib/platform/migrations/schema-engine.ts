import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as engineModule from "@prisma/schema-engine-wasm/schema_engine_bg";

type SchemaEngine = engineModule.SchemaEngine;

/**
 * Loads the engine once per process: the package keeps views of the first instance's memory, which a second instance would
 * not write to. A symbol, because this module may be loaded more often than the package.
 */
const LOADED = Symbol.for("brim.schema-engine");
const shared = globalThis as typeof globalThis & { [LOADED]?: Promise<void> };

/** The package's entry imports the .wasm file as a module, which Node 20 does not support: it is instantiated by hand. */
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
 * Replaces the database when two schemas are compared. The engine asks for the server's version once; anything else would be
 * a mistake and throws.
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

/** Runs `work` with Prisma's schema engine, compiled to WebAssembly, so that nothing is downloaded. It has no database. */
export async function withSchemaEngine<T>(work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  await loadEngine();
  const engine = await engineModule.SchemaEngine.new(
    { datamodels: undefined },
    () => {},
    bindMigrationAwareSqlAdapterFactory(versionOnlyAdapter()),
  );
  try {
    return await work(engine);
  } finally {
    engine.free();
  }
}
