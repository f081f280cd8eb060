"use client";

import { useRouter } from "next/navigation";
import { useRef, useState, useTransition } from "react";
import type { Brim } from "@/lib/client";
import { type ChangeResult, requestChange } from "./request-change";
import type { RedirectError } from "./use-redirect";

/** Sends changes through our API, then shows the new state of the page. Ignores further calls while one is in flight. */
export function useChange(customerId: string) {
  const router = useRouter();
  const [isSending, setSending] = useState(false);
  const [isRefreshing, startRefresh] = useTransition();
  const [error, setError] = useState<RedirectError | null>(null);
  const isInFlight = useRef(false); // a ref, because state updates too late for a double click

  /**
   * Sends one change.
   *
   * @param onShown runs with the update that shows the new state of the page
   * @returns null when it was ignored
   */
  async function change(
    send: (brim: Brim) => Promise<unknown>,
    onShown?: () => void,
  ): Promise<ChangeResult | null> {
    if (isInFlight.current || isRefreshing) return null;
    isInFlight.current = true;
    setSending(true);
    setError(null);
    const result = await requestChange(customerId, send);
    isInFlight.current = false;
    setSending(false);
    if (result.ok) {
      startRefresh(() => {
        router.refresh();
        onShown?.();
      });
    } else setError(result);
    return result;
  }

  return { change, isPending: isSending || isRefreshing, error, clearError: () => setError(null) };
}
