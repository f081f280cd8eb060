import { inflateSync } from "node:zlib";

/**
 * Extracts the text of a simple PDF: the strings in its page streams, as far as they are Latin-1. Supports only
 * what a PDF with the built-in fonts uses.
 */
export function readPdfText(pdf: Buffer): string {
  const source = pdf.toString("latin1");
  const lines: string[] = [];
  // A carriage return before the end may be the last byte of the checksum; only an extra byte is ignored.
  for (const match of source.matchAll(/stream\r?\n([\s\S]*?)\nendstream/g)) {
    const content = inflate(Buffer.from(match[1] ?? "", "latin1"));
    for (const shown of content?.matchAll(/\[(.*?)\]\s*TJ/g) ?? []) lines.push(decode(shown[1] ?? ""));
  }
  return lines.join("\n");
}

/** Undefined for a stream that is not compressed text, such as a font. */
function inflate(stream: Buffer): string | undefined {
  try {
    return inflateSync(stream).toString("latin1");
  } catch {
    return undefined;
  }
}

function decode(operands: string): string {
  const hex = [...operands.matchAll(/<([0-9a-fA-F]*)>/g)].map((part) => part[1] ?? "").join("");
  return Buffer.from(hex, "hex").toString("latin1");
}
