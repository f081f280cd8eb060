/** Appends a key to a parameter's name in the bracket notation that Stripe's errors use: `line_items[0][price]`. */
export function bracketPath(parent: string, key: string | number): string {
  return parent === "" ? String(key) : `${parent}[${key}]`;
}
