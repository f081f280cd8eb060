"use client";

import { Button, buttonLook } from "../ui/button";
import { Notice } from "../ui/notice";
import { describeTopUp, type TopUpState } from "./top-up-state";
import { useTopUp } from "./use-top-up";

interface TopUpNoticeProps {
  customerId: string;
  topUpIntentId: string;
  /** As our records had it when the page was made. */
  initial: TopUpState;
  /** The card that this attempt saved, once it is known. */
  card: string | null;
  /** The page without this notice. */
  closeHref: string;
}

/** After the return from Checkout: what has become of the attempt, without a reload. */
export function TopUpNotice({ customerId, topUpIntentId, initial, card, closeHref }: TopUpNoticeProps) {
  const { topUp, reading, hasGivenUp, checkAgain } = useTopUp(customerId, topUpIntentId, initial);
  const words = describeTopUp(topUp, card);

  function text() {
    if (words.isFinal) return words.text;
    if (hasGivenUp) {
      return "This takes longer than usual. It goes on in the background: you can leave this page, nothing is lost.";
    }
    if (reading.kind === "unreachable") return "We cannot reach the server just now and keep trying.";
    if (reading.kind === "signed_out") return "You are no longer signed in. It goes on in the background.";
    if (reading.kind === "unknown") return "We can no longer look at it from here.";
    return words.text;
  }

  function action() {
    if (words.isFinal) return <CloseLink href={closeHref} />;
    if (hasGivenUp) return <Button onClick={checkAgain}>Check again</Button>;
    return null;
  }

  return (
    <div role="status">
      <div key={words.title} className="appear">
        <Notice
          tone={words.tone}
          title={words.title}
          isWaiting={
            !words.isFinal && !hasGivenUp && reading.kind !== "signed_out" && reading.kind !== "unknown"
          }
          action={action()}
        >
          {text()}
        </Notice>
      </div>
    </div>
  );
}

/** Leads to the same page without the notice. */
export function CloseLink({ href }: { href: string }) {
  return (
    <a href={href} className={buttonLook("quiet", "-my-1.5 max-sm:-ml-4 sm:-mr-2")}>
      Dismiss
    </a>
  );
}
