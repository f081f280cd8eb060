/** A way to fill a field with a number of bytes. */
export type Shape = readonly [name: string, fill: (bytes: number) => string];

const repeated = (unit: string, before = "", after = ""): Shape[1] => {
  return (bytes) => {
    const room = Math.max(0, bytes - before.length - after.length);
    return before + unit.repeat(Math.floor(room / Buffer.byteLength(unit))) + after;
  };
};

/** Numbers the items, so that all are different. */
const numbered = (write: (index: number) => string, before: string, after: string): Shape[1] => {
  return (bytes) => {
    const items: string[] = [];
    let size = before.length + after.length;
    for (let index = 0; size < bytes; index++) {
      const item = write(index);
      size += item.length + 1;
      items.push(item);
    }
    items.pop(); // the one that exceeded the size
    return before + items.join(",") + after;
  };
};

/** Texts that are slow for regular expressions and parsers. */
const TEXTS: readonly Shape[] = [
  ["letters", repeated("a")],
  ["zeros", repeated("0", "1.", "1")],
  ["digits", repeated("12")],
  ["spaces", repeated(" ", "a", "a")],
  ["words", repeated("a ")],
  ["dots", repeated("a.", "a@", "@")],
  ["at signs", repeated("a@")],
  ["hyphens", repeated("a-", "a@")],
  ["slashes", repeated("/", "", "a")],
  ["commas", repeated("credit,")],
  ["pairs", repeated("a=b;")],
  ["an instant's decimals", repeated("0", "2026-01-01T00:00:00.", "Z")],
];

const quoted = ([name, fill]: Shape): Shape => [
  `text of ${name}`,
  (bytes) => JSON.stringify(fill(bytes - 2)),
];

/** JSON values: strings, numbers, and nested and repeated values. */
export const JSON_SHAPES: readonly Shape[] = [
  ...TEXTS.map(quoted),
  ["text of other characters", repeated("é", '"', '"')],
  ["text of escapes", repeated("\\u00e9", '"', '"')],
  ["text of NUL characters", repeated("\\u0000", '"', '"')],
  ["text of half characters", repeated("\\ud800", '"', '"')],
  ["number with zeros before its last digit", repeated("0", "1.", "1")],
  ["number with digits", repeated("12")],
  ["number with a long exponent", repeated("0", "1e", "1")],
  ["number below one", repeated("0", "0.", "1")],
  ["lists inside each other", repeated("[")],
  ["objects inside each other", repeated('{"a":')],
  ["closed lists inside each other", (bytes) => "[".repeat(bytes / 2) + "]".repeat(bytes / 2)],
  ["list of numbers", repeated("0,", "[", "0]")],
  ["list of objects", repeated("{},", "[", "{}]")],
  ["object of many fields", numbered((index) => `"k${index}":"v"`, "{", "}")],
  ["object of one field, again and again", repeated('"a":1,', "{", '"a":1}')],
  ["spaces", repeated(" ", "", "1")],
];

/** Values that are valid in a header. */
export const HEADER_SHAPES: readonly Shape[] = [
  ...TEXTS,
  ["a key", repeated("x", "Bearer brim_sk_")],
  ["spaces before a key", repeated(" ", "Bearer ", "a b")],
  ["a session", repeated("x", "next-auth.session-token=")],
  ["parts of a session", numbered((index) => `next-auth.session-token.${index}=x;`, "", "")],
  ["signatures", repeated("v1=0123456789,", "t=1700000000,")],
  ["parameters", repeated('charset="utf-8";', "application/json;")],
  ["addresses", repeated("203.0.113.9, ")],
  ["an address", repeated(":1", "2001")],
];

/** Values that are valid in a URL, percent-encoded where necessary. */
export const QUERY_SHAPES: readonly Shape[] = [
  ...TEXTS.map(([name, fill]): Shape => [name, (bytes) => fill(bytes).replaceAll(" ", "+")]),
  ["escapes", repeated("%41")],
  ["broken escapes", repeated("%4")],
  ["bytes that are no text", repeated("%ff")],
  ["parameters", numbered((index) => `x&p${index}=1`, "", "")],
  ["one parameter, again and again", repeated("&limit=1", "x")],
];
