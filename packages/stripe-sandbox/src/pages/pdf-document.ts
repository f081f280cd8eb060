import PDFDocument from "pdfkit";

export type Doc = PDFKit.PDFDocument;

export const LEFT = 56;
const RIGHT = 556;
const AMOUNT_WIDTH = 120;
const BOTTOM = 720;

interface PdfHead {
  title: string;
  author: string;
  /** Unix seconds. */
  issuedAt: number;
}

/** Renders a PDF in US letter size. */
export async function renderPdf(head: PdfHead, write: (document: Doc) => void): Promise<Buffer> {
  const document = new PDFDocument({
    size: "LETTER",
    margins: { top: 56, bottom: 56, left: LEFT, right: 56 },
    lang: "en-US",
    info: { Title: head.title, Author: head.author, CreationDate: new Date(head.issuedAt * 1000) },
  });
  const chunks: Buffer[] = [];
  document.on("data", (chunk: Buffer) => chunks.push(chunk));
  const finished = new Promise<void>((resolve, reject) => {
    document.on("end", resolve);
    document.on("error", reject);
  });
  write(document);
  document.end();
  await finished;
  return Buffer.concat(chunks);
}

/** Writes a text on the left and an amount on the right, on a new page if needed. */
export function writeRow(document: Doc, text: string, amount: string): void {
  if (document.y > BOTTOM) document.addPage();
  const top = document.y;
  document.text(printable(text), LEFT, top, { width: RIGHT - LEFT - AMOUNT_WIDTH - 16 });
  const next = document.y;
  document.text(amount, RIGHT - AMOUNT_WIDTH, top, { width: AMOUNT_WIDTH, align: "right" });
  document.x = LEFT;
  document.y = Math.max(next, document.y) + 6;
}

/** Characters of the PDF's built-in fonts beyond Latin-1. */
const ALSO_PRINTABLE = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

/** Replaces characters that the PDF's built-in fonts lack with question marks. */
export function printable(text: string): string {
  return [...text.normalize("NFC")]
    .map((letter) =>
      /[\n\u0020-\u007e\u00a0-\u00ff]/.test(letter) || ALSO_PRINTABLE.includes(letter) ? letter : "?",
    )
    .join("");
}
