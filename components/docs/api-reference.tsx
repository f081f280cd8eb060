"use client";

import { useEffect, useRef, useState } from "react";
import { loadRenderer, preloadRenderer } from "./reference-renderer";
import { repairSearchField } from "./reference-repairs";
import { REFERENCE_SETTINGS } from "./reference-settings";
import "./api-reference.css";

/** Every call of the API, drawn by Scalar from the document that programs read too. */
export function ApiReference() {
  const place = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"loading" | "drawn" | "failed">("loading");
  preloadRenderer();

  useEffect(() => {
    let isGone = false;
    let endReference = () => {};
    const endRepair = repairSearchField();
    loadRenderer()
      .then(({ createApiReference }) => {
        if (isGone || !place.current) return;
        setState("drawn");
        endReference = createApiReference(place.current, REFERENCE_SETTINGS).destroy;
      })
      .catch(() => setState("failed"));
    return () => {
      isGone = true;
      endReference();
      endRepair();
    };
  }, []);

  return (
    <>
      {state === "loading" && <Loading />}
      {state === "failed" && (
        <Instead role="alert" text="The reference could not be loaded. Please try again, or read" />
      )}
      <div ref={place} />
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
        <Instead text="The reference needs JavaScript. Without it, read" />
      </div>
    </>
  );
}

/** The same things to read, for who does not get the reference. */
function Instead({ role, text }: { role?: "alert"; text: string }) {
  return (
    <p role={role} className="mx-auto w-full max-w-[1360px] px-5 py-12 text-soft sm:px-8">
      {text} the{" "}
      <a href="/docs/quick-start" className="text-accent underline underline-offset-4">
        quick start
      </a>
      , or the same calls and fields as{" "}
      <a href="/api/v1/openapi.json" className="text-accent underline underline-offset-4">
        openapi.json
      </a>
      .
    </p>
  );
}
