"use client";

import { useSyncExternalStore } from "react";

const subscribe = () => () => {};

/** False in the page as the server sent it, true once it reacts: until then a click would be lost. */
export function useIsReady(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  );
}
