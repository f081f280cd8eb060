/** Formats Unix seconds as `November 22, 2026`, in UTC. */
export function formatDate(seconds: number): string {
  return new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" }).format(seconds * 1000);
}

/** Formats an amount in a currency's smallest unit: 2500 `usd` is `$25.00`, 2500 `jpy` is `¥2,500`. */
export function formatMoney(units: number, currency: string): string {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(units / 10 ** digits);
}
