import pg from "pg";
import { type DatabaseAddress, parseDatabaseAddress } from "./address";
import { type SessionSetting, setUpSession } from "./session";

/** How a connection differs from others; `sessionSettings` take the place of `SESSION_SETTINGS`. */
export interface ConnectionOptions {
  applicationName: string;
  connectionTimeoutMs?: number;
  sessionSettings?: Partial<Record<SessionSetting, string>>;
}

/** A migration or a verification may take hours, and waits for its lock as long as it takes. */
export const WITHOUT_TIME_LIMITS = {
  statement_timeout: "0",
  idle_in_transaction_session_timeout: "0",
} as const;

/** Creates a pool whose connections are set up before anybody gets them. Connects at the first query. */
export function createPool(
  databaseUrl: string,
  options: ConnectionOptions &
    Pick<pg.PoolConfig, "Client" | "max" | "idleTimeoutMillis" | "keepAlive" | "keepAliveInitialDelayMillis">,
): pg.Pool {
  const { applicationName, connectionTimeoutMs, sessionSettings, ...poolOptions } = options;
  const address = parseDatabaseAddress(databaseUrl);
  const pool = new pg.Pool({
    ...poolOptions,
    ...connectionConfig(address, options),
    onConnect: (client) => setUpSession(client, sessionSettings),
  });
  // A connection that breaks is reported by the query that needs it. Unheard, the event would end the process, also while
  // the pool is closing, when it listens no more itself.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** Opens one connection and sets it up. The caller ends it. */
export async function connectClient(databaseUrl: string, options: ConnectionOptions): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig(parseDatabaseAddress(databaseUrl), options));
  client.on("error", () => undefined); // a connection that breaks is reported by the query that needs it
  await client.connect();
  try {
    await setUpSession(client, options.sessionSettings);
  } catch (error) {
    await client.end();
    throw error;
  }
  return client;
}

/** What an address says comes before what the code says. */
function connectionConfig({ connection }: DatabaseAddress, options: ConnectionOptions): pg.ClientConfig {
  return {
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectionTimeoutMs ?? 5_000,
    ...connection,
  };
}
