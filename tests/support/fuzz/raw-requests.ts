import fc from "fast-check";

/** A request as raw bytes. */
export interface RawRequest {
  bytes: Buffer;
  /** Idempotency key of the charge, if the bytes contain one. */
  key: string;
  /**
   * Whether another request follows immediately. If that one is invalid HTTP, the connection closes with its error, and the
   * first response is lost. The error then says nothing about the first request.
   */
  isFollowed: boolean;
}

/** Generates requests for a charge from valid and broken parts, and noise. */
export function rawRequests(authorization: string): fc.Arbitrary<RawRequest> {
  return fc.uuid().chain((key) =>
    rawRequest(authorization, JSON.stringify({ amount_usd: "0.01", idempotency_key: key })).map((made) => ({
      ...made,
      key,
    })),
  );
}

function rawRequest(authorization: string, chargeBody: string): fc.Arbitrary<Omit<RawRequest, "key">> {
  const built = fc
    .record({
      line: requestLines,
      headers: fc.array(oddHeaders, { maxLength: 3 }),
      body: bodies(chargeBody),
      host: fc.oneof(
        { weight: 6, arbitrary: fc.constant("Host: 127.0.0.1") },
        {
          weight: 3,
          arbitrary: fc.constantFrom(
            "",
            "Host:",
            "Host: a b",
            "Host: [::",
            "Host: é",
            "Host: a\r\nHost: b",
            "Host: @",
            "Host: %00/",
          ),
        },
      ),
      newline: fc.oneof({ weight: 8, arbitrary: fc.constant("\r\n") }, fc.constantFrom("\n", "\r", "\n\r")),
    })
    .map(({ line, headers, body, host, newline }) =>
      Buffer.from(
        [
          line,
          ...(host ? [host] : []),
          `Authorization: ${authorization}`,
          "Content-Type: application/json",
          ...headers,
          ...body.headers,
          "",
          body.text,
        ].join(newline),
        "latin1",
      ),
    );
  const damaged = fc
    .tuple(built, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }))
    .map(([bytes, changes]) => damage(bytes, changes));
  const cut = fc.tuple(built, fc.nat()).map(([bytes, n]) => bytes.subarray(0, n % (bytes.length + 1)));
  const alone = (arbitrary: fc.Arbitrary<Buffer>) => arbitrary.map((bytes) => ({ bytes, isFollowed: false }));
  const twice = fc
    .tuple(built, built)
    .map(([first, second]) => ({ bytes: Buffer.concat([first, second]), isFollowed: true }));
  const noise = fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof(
    { weight: 8, arbitrary: alone(built) },
    { weight: 3, arbitrary: alone(damaged) },
    { weight: 2, arbitrary: alone(cut) },
    { weight: 1, arbitrary: alone(noise) },
    { weight: 1, arbitrary: twice },
  );
}

const CHARGES = "/api/v1/usage/charges";

const requestLines = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(`POST ${CHARGES} HTTP/1.1`, "GET /api/v1/billing/balance HTTP/1.1"),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      `POST ${CHARGES} HTTP/1.0`,
      `POST ${CHARGES} HTTP/2.0`,
      `POST ${CHARGES} HTTP/9.9`,
      `POST ${CHARGES}`,
      `post ${CHARGES} HTTP/1.1`,
      `BREW ${CHARGES} HTTP/1.1`,
      `HEAD ${CHARGES} HTTP/1.1`,
      "OPTIONS * HTTP/1.1",
      "CONNECT brim:443 HTTP/1.1",
      "TRACE / HTTP/1.1",
      "PRI * HTTP/2.0",
      "GET http://evil.example/api/v1/billing/balance HTTP/1.1",
      "GET http://[::/api/v1/billing/balance HTTP/1.1",
      "GET //evil.example/api/v1/billing/balance HTTP/1.1",
      "GET /api/v1/../../etc/passwd HTTP/1.1",
      "GET /api/v1/%ZZ HTTP/1.1",
      "GET /api/v1/billing/topups/%E0%A4%A HTTP/1.1",
      "GET /api/v1/billing/records?limit=%ZZ&cursor=%FF HTTP/1.1",
      "GET /api/v1/billing/records?&&&=&=&limit HTTP/1.1",
      "GET /api/v1/billing/balance#fragment HTTP/1.1",
      "GET /api/v1/bi\u0000lling HTTP/1.1",
      "GET \\api\\v1 HTTP/1.1",
      "GET /api/v1/é HTTP/1.1",
      "GET  /api/v1/billing/balance  HTTP/1.1",
      `GET /api/v1/billing/records?cursor=${"x".repeat(20_000)} HTTP/1.1`,
      `GET /${"a/".repeat(6_000)} HTTP/1.1`,
      "",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary-ascii", maxLength: 80 }) },
);

const oddHeaders = fc.oneof(
  fc.constantFrom(
    "Expect: 100-continue",
    "Expect: something",
    "Upgrade: websocket\r\nConnection: Upgrade",
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    "Connection: close",
    "Connection: keep-alive, close",
    "Content-Type: text/plain",
    "Content-Encoding: gzip",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding : chunked",
    "Trailer: Authorization",
    "Authorization: Bearer two",
    "Cookie: next-auth.session-token=%zz; =; ;;; a",
    "Cookie: __proto__=1; constructor=2",
    "Idempotency-Key: ",
    "Idempotency-Key: \u0001",
    "X-Forwarded-For: , , é",
    "x-brim-client-address: 1.2.3.4",
    " folded: yes",
    "no colon",
    ": no name",
    "Na me: space",
    "Name\u0000: nul",
    "Value: \u0000",
    `Long: ${"x".repeat(20_000)}`,
    Array.from({ length: 2_500 }, (_, n) => `H${n}: ${n}`).join("\r\n"),
  ),
  fc
    .tuple(
      fc.string({ unit: "binary-ascii", maxLength: 20 }),
      fc.string({ unit: "binary-ascii", maxLength: 60 }),
    )
    .map(([name, value]) => `${name}: ${value}`),
);

interface RawBody {
  headers: string[];
  text: string;
}

/** Generates bodies with a correct, wrong or missing length, and valid and broken chunks. */
function bodies(text: string): fc.Arbitrary<RawBody> {
  const size = Buffer.byteLength(text);
  const hex = size.toString(16);
  const withLength = (length: string | number): RawBody => ({ headers: [`Content-Length: ${length}`], text });
  const chunked = (chunks: string): RawBody => ({ headers: ["Transfer-Encoding: chunked"], text: chunks });
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(withLength(size)) },
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        withLength(size - 5),
        withLength(size + 5),
        withLength(0),
        withLength(-1),
        withLength(`+${size}`),
        withLength(`${size}, ${size}`),
        withLength(`0x${hex}`),
        withLength("99999999999999999999"),
        withLength("70000"),
        withLength("abc"),
        { headers: [`Content-Length: ${size}`, `Content-Length: ${size + 1}`], text },
        {
          headers: [`Content-Length: ${size}`, "Transfer-Encoding: chunked"],
          text: `${hex}\r\n${text}\r\n0\r\n\r\n`,
        },
        { headers: [], text },
        { headers: [], text: "" },
        chunked(`${hex}\r\n${text}\r\n0\r\n\r\n`),
        chunked(`${hex};a=b;c="d"\r\n${text}\r\n0\r\nTrailer: x\r\n\r\n`),
        chunked(`${hex}\r\n${text}`),
        chunked(`${hex}\r\n${text}\r\n`),
        chunked(`-1\r\n${text}\r\n0\r\n\r\n`),
        chunked(`FFFFFFFFFFFFFFFFFF\r\n${text}\r\n0\r\n\r\n`),
        chunked(`zz\r\n${text}\r\n0\r\n\r\n`),
        chunked(`0${hex}\n${text}\n0\n\n`),
        chunked(`1\r\n${[...text].join("\r\n1\r\n")}\r\n0\r\n\r\n`),
        chunked(`11170\r\n${"x".repeat(70_000)}\r\n0\r\n\r\n`),
        chunked("0\r\n\r\n"),
        chunked(""),
      ),
    },
  );
}

function damage(bytes: Buffer, changes: readonly [at: number, by: number][]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, by] of changes) {
    if (copy.length > 0) copy[at % copy.length] = by;
  }
  return copy;
}
