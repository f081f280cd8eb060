const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time as people write it, such as `90d`, `24h`, `30m`, `10s` or `0`, in milliseconds; null when it is none. */
export function readDuration(text: string): number | null {
  if (text === "0") return 0;
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  return match ? Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS] : null;
}
