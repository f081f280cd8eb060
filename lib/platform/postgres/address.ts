import { readFileSync } from "node:fs";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import type pg from "pg";

/** What a database address says: where to connect, and how Brim uses the connections. */
export interface DatabaseAddress {
  connection: pg.ClientConfig;
  /** From `connection_limit`; null when the address does not say. */
  maxConnections: number | null;
  /** False with `pgbouncer=true`: a transaction pooler may not know a statement that was prepared before. */
  preparedStatements: boolean;
}

/** DATABASE_URL cannot be used as it is; `problems` has a line for each part. None shows the password. */
export class DatabaseAddressError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.map((problem) => `DATABASE_URL ${problem}`).join("\n"));
  }
}

type Parameters = ReadonlyMap<string, string>;

const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"];

/** Parameters that name what Brim does anyway; any other value is refused. */
const FIXED_VALUES: Record<string, { accepts: readonly string[]; advice: string }> = {
  schema: {
    accepts: ["public"],
    advice: "Brim's tables stand in the schema public: give Brim a database of its own",
  },
  client_encoding: { accepts: ["utf8", "UTF8", "auto"], advice: "Brim speaks UTF-8: remove it" },
  uselibpqcompat: { accepts: ["true"], advice: "sslmode has the meaning that libpq gives it: remove it" },
  target_session_attrs: {
    accepts: ["any", "read-write", "primary"],
    advice: "Brim writes: connect to the primary, and remove it",
  },
  load_balance_hosts: { accepts: ["disable"], advice: "one host is used: remove it" },
  gssencmode: { accepts: ["disable", "prefer"], advice: "GSSAPI is not supported: use sslmode" },
  channel_binding: {
    accepts: ["disable", "prefer"],
    advice:
      "it cannot be demanded: use channel_binding=prefer, and sslmode=verify-full against a false server",
  },
  sslsni: { accepts: ["1"], advice: "the server's name is always sent: remove it" },
  sslcompression: { accepts: ["0"], advice: "compression of TLS is not supported: remove it" },
  statement_cache_size: { accepts: ["0"], advice: "use pgbouncer=true for unnamed statements, or remove it" },
};

/** Parameters that are refused by name, with what to do instead. */
const REFUSED = new Map(
  Object.entries({
    hostaddr: "name the address as the host",
    passfile: "put the password into the address",
    service: "put host, port and database into the address",
    sslaccept: "use sslmode=require (encrypted, not verified) or sslmode=verify-full",
    sslidentity: "use sslcert and sslkey",
    sslcrl: "revocation lists are not supported",
    sslcrldir: "revocation lists are not supported",
    ssl_min_protocol_version: "set ssl_min_protocol_version on the server",
    requirepeer: "it is not supported",
    require_auth: "it is not supported",
    replication: "Brim needs an ordinary connection",
    pool_timeout: "Brim waits 5 seconds for a connection: remove it",
    socket_timeout: "Brim ends its queries by itself: remove it",
    statement_timeout: "Brim sets it for each session: remove it",
    lock_timeout: "Brim sets it for each session: remove it",
    idle_in_transaction_session_timeout: "Brim sets it for each session: remove it",
    query_timeout: "Brim ends its queries by itself: remove it",
    tcp_user_timeout: "set tcp_user_timeout on the server",
    keepalives_interval: "set tcp_keepalives_interval on the server",
    keepalives_count: "set tcp_keepalives_count on the server",
  }),
);

/**
 * Reads a `postgres://` address. Each part is honored with the meaning that libpq gives it, or refused by name.
 *
 * @throws DatabaseAddressError naming all that is wrong, and what to do
 */
export function parseDatabaseAddress(text: string): DatabaseAddress {
  const url = parseUrl(text);
  const problems: string[] = [];
  const given = readParameters(url, problems);
  const take = reader(given);

  const host = take("host") ?? decode(url.hostname.replace(/^\[(.*)\]$/, "$1"), "host", problems);
  if (host.includes(","))
    problems.push("names several hosts: name one, for example one that follows the primary");
  const tls = readTls(take, problems);
  const connection: pg.ClientConfig = {
    host: host || "localhost",
    port: readNumber("port", take("port") ?? (url.port || "5432"), [1, 65_535], problems),
    user: take("user") ?? (decode(url.username, "user name", problems) || undefined),
    password: take("password") ?? (decode(url.password, "password", problems) || undefined),
    database: take("dbname") ?? (decode(url.pathname.slice(1), "database name", problems) || undefined),
    ...(tls !== undefined && !host.startsWith("/") && { ssl: tls }), // a socket of this machine has no TLS
  };
  addOptionalParts(connection, take, problems);

  const limit = take("connection_limit");
  const pgbouncer = take("pgbouncer") ?? "false";
  if (!["true", "false"].includes(pgbouncer)) problems.push("has pgbouncer: must be true or false");
  const isCacheOff = given.get("statement_cache_size") === "0";
  const address = {
    connection,
    maxConnections: limit === undefined ? null : readNumber("connection_limit", limit, [4, 500], problems),
    preparedStatements: pgbouncer !== "true" && !isCacheOff,
  };
  refuseTheRest(take, problems);
  if (problems.length > 0) throw new DatabaseAddressError(problems);
  return address;
}

function parseUrl(text: string): URL {
  if (!/^postgres(ql)?:\/\//.test(text)) throw new DatabaseAddressError(["must be a postgres:// address"]);
  const [, authority = ""] = /^[a-z]+:\/\/([^/?#]*)/.exec(text) ?? [];
  if (authority.slice(authority.lastIndexOf("@") + 1).includes(",")) {
    throw new DatabaseAddressError([
      "names several hosts: name one, for example one that follows the primary",
    ]);
  }
  try {
    return new URL(text.replace(/^([a-z]+:\/\/[^/?#@]*)@\//, "$1@localhost/"));
  } catch {
    throw new DatabaseAddressError([
      "is not a URL: write special characters of the user name and the password as %XX (# is %23, / is %2F, @ is %40)",
    ]);
  }
}

function readParameters(url: URL, problems: string[]): Parameters {
  const given = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (given.has(name)) problems.push(`has ${name} twice: say it once`);
    given.set(name, value);
  }
  if (url.hash) problems.push("has a # in it: write it as %23");
  return given;
}

/** Reads parameters and remembers which: what nobody has read is unknown. */
function reader(given: Parameters) {
  const taken = new Set<string>();
  const take = (name: string): string | undefined => {
    taken.add(name);
    return given.get(name);
  };
  return Object.assign(take, { rest: () => [...given].filter(([name]) => !taken.has(name)) });
}

type Take = ReturnType<typeof reader>;

function addOptionalParts(connection: pg.ClientConfig, take: Take, problems: string[]): void {
  const applicationName = take("application_name") ?? take("fallback_application_name");
  if (applicationName) connection.application_name = applicationName;
  const options = take("options");
  if (options) connection.options = options;
  const seconds = take("connect_timeout");
  if (seconds !== undefined) {
    connection.connectionTimeoutMillis = 1_000 * readNumber("connect_timeout", seconds, [1, 600], problems);
  }
  const keepAlive = take("keepalives");
  if (keepAlive !== undefined)
    connection.keepAlive = readNumber("keepalives", keepAlive, [0, 1], problems) === 1;
  const idle = take("keepalives_idle");
  if (idle !== undefined) {
    connection.keepAliveInitialDelayMillis =
      1_000 * readNumber("keepalives_idle", idle, [0, 7_200], problems);
  }
  const negotiation = take("sslnegotiation");
  if (negotiation === "direct" || negotiation === "postgres") connection.sslnegotiation = negotiation;
  else if (negotiation !== undefined) problems.push("has sslnegotiation: must be postgres or direct");
  if (take("channel_binding") === "prefer") connection.enableChannelBinding = true;
}

/** TLS as libpq means it: `require` encrypts, `verify-ca` also checks who signed, `verify-full` also checks the name. */
function readTls(take: Take, problems: string[]): false | TlsOptions | undefined {
  const mode = readSslMode(take, problems);
  const [rootFile, certFile, keyFile, password] = ["sslrootcert", "sslcert", "sslkey", "sslpassword"].map(
    take,
  );
  if (mode === undefined || mode === "disable") {
    if (rootFile || certFile || keyFile)
      problems.push("has certificates but no TLS: add sslmode=verify-full");
    return mode === undefined ? undefined : false;
  }
  if (Boolean(certFile) !== Boolean(keyFile)) {
    problems.push(
      "has sslcert and sslkey not together: they are this client's own; a CA's file is sslrootcert",
    );
  }
  const usesSystemRoots = rootFile === "system";
  if (usesSystemRoots && mode !== "verify-full") {
    problems.push(
      "has sslrootcert=system, which needs sslmode=verify-full: anybody has a certificate of a public CA",
    );
  }
  if (mode === "verify-ca" && !rootFile)
    problems.push("has sslmode=verify-ca, which needs sslrootcert: name the CA's file");
  const isVerified = mode !== "require" || rootFile !== undefined;
  return {
    rejectUnauthorized: isVerified,
    ...(rootFile && !usesSystemRoots && { ca: readCertificate("sslrootcert", rootFile, problems) }),
    ...(certFile && { cert: readCertificate("sslcert", certFile, problems) }),
    ...(keyFile && { key: readCertificate("sslkey", keyFile, problems) }),
    ...(password && { passphrase: password }),
    ...(mode !== "verify-full" && { checkServerIdentity: () => undefined }),
  };
}

function readSslMode(take: Take, problems: string[]): string | undefined {
  const [mode, ssl] = [take("sslmode"), take("ssl")];
  if (mode === undefined && ssl !== undefined) {
    const known = new Map([
      ["true", "require"],
      ["1", "require"],
      ["false", "disable"],
      ["0", "disable"],
    ]);
    if (!known.has(ssl))
      problems.push("has ssl: use sslmode=require, or sslmode=verify-full with sslrootcert");
    return known.get(ssl);
  }
  if (mode === "allow" || mode === "prefer") {
    problems.push(
      `has sslmode=${mode}, which may or may not encrypt: use sslmode=require or sslmode=disable`,
    );
    return undefined;
  }
  if (mode === "no-verify") return "require";
  if (mode !== undefined && !SSL_MODES.includes(mode)) {
    problems.push(`has sslmode=${mode}: must be one of ${SSL_MODES.join(", ")}`);
  }
  return mode;
}

function readCertificate(name: string, file: string, problems: string[]): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    problems.push(`has ${name}=${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return undefined;
  }
}

function readNumber(name: string, text: string, [min, max]: [number, number], problems: string[]): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) problems.push(`has ${name}: must be a number from ${min} to ${max}`);
  return value;
}

function decode(text: string, what: string, problems: string[]): string {
  try {
    return decodeURIComponent(text);
  } catch {
    problems.push(`has a % in its ${what} that stands for nothing: write it as %25`);
    return "";
  }
}

function refuseTheRest(take: Take, problems: string[]): void {
  for (const [name, { accepts, advice }] of Object.entries(FIXED_VALUES)) {
    const value = take(name);
    if (value !== undefined && !accepts.includes(value)) problems.push(`has ${name}: ${advice}`);
  }
  for (const [name] of take.rest()) {
    const advice = REFUSED.get(name);
    problems.push(advice ? `has ${name}: ${advice}` : `has ${name}, which Brim does not know: remove it`);
  }
}
