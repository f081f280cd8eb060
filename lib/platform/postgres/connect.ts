import pg from "pg";
import { type DatabaseAddress, parseDatabaseAddress } from "./address";
import { type SessionSetting, setUpSession } from "./session";

/** Options of a connection; `sessionSettings` override `SESSION_SETTINGS`. */
export interface ConnectionOptions {
  applicationName: string;
  connectionTimeoutMs?: number;
  sessionSettings?: Partial<Record<SessionSetting, string>>;
}

/** For migrations and verifications, which may take hours and wait for their locks without a limit. */
export const WITHOUT_TIME_LIMITS = {
  statement_timeout: "0",
  idle_in_transaction_session_timeout: "0",
} as const;

/** Creates a pool whose connections are set up before their first use. Connects at the first query. */
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
  // The query that needs a broken connection reports it. Without a listener the event would end the process, also while
  // the pool is closing and no longer listens itself.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** Opens one connection and sets it up. The caller closes it. */
export async function connectClient(databaseUrl: string, options: ConnectionOptions): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig(parseDatabaseAddress(databaseUrl), options));
  client.on("error", () => undefined); // the query that needs a broken connection reports it
  await client.connect();
  try {
    await setUpSession(client, options.sessionSettings);
  } catch (error) {
    await client.end();
    throw error;
  }
  return client;
}

/** Parameters of the address take precedence over options. */
function connectionConfig({ connection }: DatabaseAddress, options: ConnectionOptions): pg.ClientConfig {
  return {
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectionTimeoutMs ?? 5_000,
    ...connection,
  };
}
