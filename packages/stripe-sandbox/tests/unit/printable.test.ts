import { expect, it } from "vitest";
import { printable } from "../../src/pages/pdf-document";

it.each([
  ["Köln, Ærø, Peña – “5 €”", "Köln, Ærø, Peña – “5 €”"],
  ["Łódź", "?ód?"],
  ["東京 Tower", "?? Tower"],
  ["two\nlines", "two\nlines"],
])("keeps the characters that the PDF's fonts support in %j", (text, printed) => {
  expect(printable(text)).toBe(printed);
});
