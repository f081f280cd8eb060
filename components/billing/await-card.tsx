"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** When the page is drawn anew, in milliseconds from its first look. Nearly always the first is enough. */
const REFRESH_AT_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000];

/** Draws the page anew until the card that a top-up saves is listed: it follows the credit, which waits for nothing. */
export function AwaitCard() {
  const router = useRouter();

  useEffect(() => {
    const timers = REFRESH_AT_MS.map((ms) => setTimeout(() => router.refresh(), ms));
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  }, [router]);

  return null;
}
