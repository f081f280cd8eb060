import type { Nanos } from "@/lib/money";
import { buttonLook } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { PortalButton } from "../portal-button";
import { RefreshPage } from "../refresh-page";
import { AllowMoreButton } from "./allow-more-button";
import { consentToMore } from "./consent";
import { fieldId } from "./rule-sentence";
import { STATE_ID } from "./state-id";
import type { StateMessage } from "./state-message";
import type { AutoTopUpView, StateAction } from "./view";

const ALLOW_MORE_CONSENT_ID = "allow-more-consent";

interface StateNoticeProps {
  customerId: string;
  message: StateMessage;
  view: AutoTopUpView;
  /** Whether the viewer may act on it. */
  mayPay: boolean;
  allowMoreText: string;
  /** Where customers reach the operator. */
  supportUrl: string | null;
}

/** Says the state of auto top-up, and offers the way back. */
export function StateNotice(props: StateNoticeProps) {
  const { message } = props;
  return (
    <div aria-live="polite" id={STATE_ID} tabIndex={-1} className="mt-2 scroll-mt-8 rounded-2xl">
      {message.isWaiting && <RefreshPage key={message.title} />}
      {message.tone === null ? (
        <p className="max-w-[60ch] text-[15px] text-soft">{message.title}</p>
      ) : (
        <div key={message.title} className="appear">
          <Notice tone={message.tone} title={message.title} isWaiting={message.isWaiting}>
            {message.text}
            <AllowMoreConsent {...props} />
            <Actions {...props} />
          </Notice>
        </div>
      )}
    </div>
  );
}

function Actions(props: StateNoticeProps) {
  const { message, mayPay } = props;
  const actions = message.actions.filter((action) => mayPay || !NEEDS_WRITE.has(action));
  if (actions.length === 0) return null;
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      {actions.map((action) => (
        <Action key={action} action={action} {...props} />
      ))}
    </div>
  );
}

/** What a member who only reads cannot do. */
const NEEDS_WRITE = new Set<StateAction>([
  "confirm_payment",
  "choose_card",
  "save_card",
  "add_address",
  "allow_more",
  "top_up",
]);

function Action({ action, customerId, view, supportUrl }: StateNoticeProps & { action: StateAction }) {
  switch (action) {
    case "confirm_payment":
      return <ActionLink href={view.charge?.invoiceUrl}>Confirm payment</ActionLink>;
    case "choose_card":
      return <ActionLink href={`#${fieldId("card")}`}>Choose a card</ActionLink>;
    case "save_card":
      return <ActionLink href="#cards">Save a card</ActionLink>;
    case "top_up":
      return <ActionLink href="#top-up">Top up</ActionLink>;
    case "add_address":
      return <PortalButton customerId={customerId} label="Add billing address" />;
    case "allow_more":
      return <AllowMoreButton customerId={customerId} consentId={ALLOW_MORE_CONSENT_ID} />;
    case "view_top_up": {
      const id = view.charge?.topUpIntentId ?? view.lastTopUpIntentId;
      return <ActionLink href={id && `/billing/top-ups/${id}`}>View the payment</ActionLink>;
    }
    case "contact":
      return <ActionLink href={supportUrl}>Contact us</ActionLink>;
  }
}

function ActionLink({ href, children }: { href: string | null | undefined; children: string }) {
  if (!href) return null;
  return (
    <a href={href} className={buttonLook("secondary")}>
      {children}
    </a>
  );
}

function AllowMoreConsent({ message, mayPay, allowMoreText, view }: StateNoticeProps) {
  if (!mayPay || !message.actions.includes("allow_more")) return null;
  const { terms } = view;
  const known = { amount: terms.amount ?? (0n as Nanos), monthlyCap: terms.monthlyCap ?? (0n as Nanos) };
  return (
    <p id={ALLOW_MORE_CONSENT_ID} className="mt-2 text-sm">
      By choosing “Allow more for today”: {consentToMore(allowMoreText, { ...terms, ...known })}
    </p>
  );
}
