/** Unix seconds as people write the day: `November 22, 2026`, in UTC. */
export function formatDate(seconds: number): string {
  return new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" }).format(seconds * 1000);
}
