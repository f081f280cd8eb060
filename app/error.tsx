"use client";

import { Button } from "@/components/ui/button";
import { PlainPage } from "@/components/ui/plain-page";
import { DATABASE_AWAY } from "./database-away";

/** Any failure while a page was made. The text of the error stays on the server; `digest` is its name in the log. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  const isAway = error.digest === DATABASE_AWAY;
  return (
    <PlainPage title={isAway ? "We cannot reach our database" : "Something went wrong"}>
      <p role="alert" className="mt-4 text-soft">
        {isAway
          ? "It does not answer just now, so we cannot show your balance. Your money is not affected. Please try again in a moment."
          : "This page could not be shown. Your money is not affected. Please try again; if it stays, tell us what you did."}
      </p>
      {error.digest && !isAway && <p className="mt-2 text-sm text-faint">Error {error.digest}</p>}
      <Button look="primary" className="mt-8 self-start" onClick={() => window.location.reload()}>
        Try again
      </Button>
    </PlainPage>
  );
}
