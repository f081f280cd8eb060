import { domainToASCII } from "node:url";

/** The longest address that mail servers carry (RFC 5321). */
export const MAX_EMAIL_LENGTH = 254;

/**
 * The form of an e-mail address: before the `@` what HTML's `<input type="email">` takes, after it letters of any script.
 * `parseEmail` looks at the parts of the domain.
 */
export const EMAIL_PATTERN =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.\u00a1-\ud7ff\uf900-\uffdc-]{4,252}$/;

/**
 * Reads an e-mail address in the one form in which addresses are stored and compared: lower case, an international domain
 * in ASCII.
 *
 * @returns null when the text is not an e-mail address
 */
export function parseEmail(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed.length > MAX_EMAIL_LENGTH || !EMAIL_PATTERN.test(trimmed)) return null;
  const at = trimmed.indexOf("@");
  // Empty when it is not a domain. Node also reads numbers as an IPv4 address, which is none here.
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

/** The stored form of an address. One that another service has vouched for is kept even where it breaks the rule. */
export function normalizeEmail(text: string): string {
  return parseEmail(text) ?? text.trim().toLowerCase();
}
