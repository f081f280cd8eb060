"use client";

import { Button } from "@/components/ui/button";
import { PlainPage } from "@/components/ui/plain-page";
import { DATABASE_UNAVAILABLE } from "./database-unavailable";

/** Error boundary for all pages. The message stays on the server; `digest` identifies it in the log. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  const isOutage = error.digest === DATABASE_UNAVAILABLE;
  return (
    <PlainPage title={isOutage ? "Billing is temporarily unavailable" : "Something went wrong"}>
      <p role="alert" className="mt-4 text-soft">
        {isOutage
          ? "We could not load your balance because our database is not responding. Your money is not affected. Try again in a moment."
          : "An error on our side prevented this page from loading. Your money is not affected. Try again; if the error persists, contact support and tell us what you were doing."}
      </p>
      {error.digest && !isOutage && <p className="mt-2 text-sm text-faint">Error {error.digest}</p>}
      <Button look="primary" className="mt-8 self-start" onClick={() => window.location.reload()}>
        Try again
      </Button>
    </PlainPage>
  );
}
