/** Formats a time as "Nov 29, 10:42 AM UTC". */
export function timeText(at: Date): string {
  // Node writes a narrow space before AM and PM, browsers an ordinary one.
  return `${TIME.format(at).replace("\u202f", " ")} UTC`;
}

/** Formats a date as "Jul 6, 2026". */
export function dateText(at: Date): string {
  return DAY.format(at);
}

const TIME = new Intl.DateTimeFormat("en-US", {
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
  timeZone: "UTC",
});

const DAY = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" });
