import { domainToASCII } from "node:url";

/** The maximum length of an address (RFC 5321). */
export const MAX_EMAIL_LENGTH = 254;

/**
 * The format of an email address: before the `@` what HTML's `<input type="email">` accepts, after it letters of any script.
 * `parseEmail` also checks the labels of the domain.
 */
export const EMAIL_PATTERN =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.\u00a1-\ud7ff\uf900-\uffdc-]{4,252}$/;

/**
 * Parses an email address to the form in which addresses are stored and compared: lower case, with an international domain
 * in ASCII.
 *
 * @returns null when the text is not an email address
 */
export function parseEmail(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed.length > MAX_EMAIL_LENGTH || !EMAIL_PATTERN.test(trimmed)) return null;
  const at = trimmed.indexOf("@");
  // Empty when it is not a domain. Node also parses numbers as an IPv4 address, which is not allowed here.
  const domain = domainToASCII(trimmed.slice(at + 1));
  const labels = domain.split(".");
  if (labels.length < 2 || !labels.every(isLabel) || /^[\d.]+$/.test(domain)) return null;
  if ((labels.at(-1) ?? "").length < 2) return null;
  const email = `${trimmed.slice(0, at)}@${domain}`.toLowerCase();
  return email.length > MAX_EMAIL_LENGTH ? null : email;
}

function isLabel(label: string): boolean {
  return /^[a-z0-9-]{1,63}$/.test(label) && !label.startsWith("-") && !label.endsWith("-");
}

/** Returns the stored form of an address. An invalid one that another service has verified is kept, in lower case. */
export function normalizeEmail(text: string): string {
  return parseEmail(text) ?? text.trim().toLowerCase();
}
