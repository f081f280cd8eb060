/** The letters that the PDF's built-in fonts have beyond Latin-1. */
const ALSO_PRINTABLE = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

/** The text with a question mark for every letter that the PDF's built-in fonts do not have. */
export function printable(text: string): string {
  return [...text.normalize("NFC")]
    .map((letter) =>
      /[\n\u0020-\u007e\u00a0-\u00ff]/.test(letter) || ALSO_PRINTABLE.includes(letter) ? letter : "?",
    )
    .join("");
}
