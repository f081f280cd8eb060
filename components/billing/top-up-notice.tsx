"use client";

import { Button, buttonLook } from "../ui/button";
import { Notice } from "../ui/notice";
import { describeTopUp, type TopUpState } from "./top-up-message";
import { useTopUp } from "./use-top-up";

interface TopUpNoticeProps {
  customerId: string;
  topUpIntentId: string;
  /** The state when the page was rendered. */
  initial: TopUpState;
  /** The card that was saved, or null if it is not known yet. */
  card: string | null;
  /** URL of the page without this notice. */
  closeHref: string;
}

/** Shows the state of a top-up after the return from Checkout, and updates without a reload. */
export function TopUpNotice({ customerId, topUpIntentId, initial, card, closeHref }: TopUpNoticeProps) {
  const { topUp, latest, hasTimedOut, checkAgain } = useTopUp(customerId, topUpIntentId, initial);
  const message = describeTopUp(topUp, card);

  function text() {
    if (message.isFinal) return message.text;
    if (hasTimedOut) {
      return "This is taking longer than usual. You can leave this page: we finish processing the top-up in the background.";
    }
    if (latest.kind === "unreachable") return "We could not reach the server. Trying again…";
    if (latest.kind === "signed_out") {
      return "Your session has expired. We finish processing the top-up in the background.";
    }
    if (latest.kind === "unknown") return "You no longer have access to this top-up.";
    return message.text;
  }

  function action() {
    if (message.isFinal) {
      return (
        <>
          <a href={`/billing/top-ups/${topUpIntentId}`} className={buttonLook("secondary")}>
            View top-up
          </a>
          <CloseLink href={closeHref} />
        </>
      );
    }
    if (hasTimedOut) return <Button onClick={checkAgain}>Check again</Button>;
    return null;
  }

  return (
    <div role="status">
      <div key={message.title} className="appear">
        <Notice
          tone={message.tone}
          title={message.title}
          isWaiting={
            !message.isFinal && !hasTimedOut && latest.kind !== "signed_out" && latest.kind !== "unknown"
          }
          action={action()}
        >
          {text()}
        </Notice>
      </div>
    </div>
  );
}

export function CloseLink({ href }: { href: string }) {
  return (
    <a href={href} className={buttonLook("quiet", "-my-1.5 max-sm:-ml-4 sm:-mr-2")}>
      Dismiss
    </a>
  );
}
