"use client";

import { useSyncExternalStore } from "react";

const subscribe = () => () => {};

/** Whether React has hydrated the page. Clicks before that would be lost. */
export function useIsHydrated(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  );
}
