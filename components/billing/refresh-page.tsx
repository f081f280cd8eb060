"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Delays from the first render. The first is nearly always enough. */
const REFRESH_AT_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000];

/** Refreshes the page while it shows something that a job is about to change, such as a card that is being stored. */
export function RefreshPage() {
  const router = useRouter();

  useEffect(() => {
    const timers = REFRESH_AT_MS.map((ms) => setTimeout(() => router.refresh(), ms));
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  }, [router]);

  return null;
}
