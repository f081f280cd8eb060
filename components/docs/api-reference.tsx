"use client";

import { useEffect, useRef, useState } from "react";
import { fixSearchField } from "./fix-search-field";
import { loadRenderer, preloadRenderer } from "./reference-renderer";
import { REFERENCE_SETTINGS } from "./reference-settings";
import "./api-reference.css";

/** Shows the API reference, rendered by Scalar from the OpenAPI document. */
export function ApiReference() {
  const container = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"loading" | "rendered" | "failed">("loading");
  preloadRenderer();

  useEffect(() => {
    let isUnmounted = false;
    let destroyReference = () => {};
    const stopFix = fixSearchField();
    loadRenderer()
      .then(({ createApiReference }) => {
        if (isUnmounted || !container.current) return;
        setState("rendered");
        destroyReference = createApiReference(container.current, REFERENCE_SETTINGS).destroy;
      })
      .catch(() => setState("failed"));
    return () => {
      isUnmounted = true;
      destroyReference();
      stopFix();
    };
  }, []);

  return (
    <>
      {state === "loading" && <Loading />}
      {state === "failed" && (
        <Fallback role="alert" text="The API reference could not be loaded. Reload the page, or read" />
      )}
      <div ref={container} />
    </>
  );
}

function Loading() {
  return (
    <>
      <p
        role="status"
        className="mx-auto w-full max-w-[1360px] px-5 py-12 text-faint noscript:hidden sm:px-8"
      >
        Loading
        <span aria-hidden="true" className="waiting">
          <i>.</i>
          <i>.</i>
          <i>.</i>
        </span>
      </p>
      <div className="hidden noscript:block">
        <Fallback text="The API reference needs JavaScript. Without it, read" />
      </div>
    </>
  );
}

/** Links to the quick start and the OpenAPI document. */
function Fallback({ role, text }: { role?: "alert"; text: string }) {
  return (
    <p role={role} className="mx-auto w-full max-w-[1360px] px-5 py-12 text-soft sm:px-8">
      {text} the{" "}
      <a href="/docs/quick-start" className="text-accent underline underline-offset-4">
        quick start
      </a>
      or the same endpoints and fields in{" "}
      <a href="/api/v1/openapi.json" className="text-accent underline underline-offset-4">
        openapi.json
      </a>
      .
    </p>
  );
}
