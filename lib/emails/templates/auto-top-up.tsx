import { ActionButton, Facts, Paragraph } from "./layout";
import type { MailProps } from "./props";
import { formatTime, pageUrl, type Template } from "./template";

export const autoTopUpDeclined: Template<MailProps["auto_topup_declined"]> = {
  subject: ({ amount }) => `Your auto top-up of ${amount} was declined`,
  Content: ({ mail, context }) => (
    <>
      <Paragraph>
        Your bank declined the charge, so nothing was added to your balance. We’ll try the card again at the
        time below.
      </Paragraph>
      <Facts
        rows={[
          ["Card", mail.card],
          ["Next try", formatTime(mail.retryAt)],
          ["Available balance", mail.available],
        ]}
      />
      <Paragraph>To top up sooner, make another card the default, or top up yourself.</Paragraph>
      <ActionButton href={pageUrl(context, "/billing", "#cards")}>Review cards</ActionButton>
    </>
  ),
};

export const autoTopUpActionRequired: Template<MailProps["auto_topup_action_required"]> = {
  subject: ({ total }) => `Confirm your auto top-up payment of ${total}`,
  Content: ({ mail }) => (
    <>
      <Paragraph>
        Your bank requires you to confirm this payment. Your balance is topped up as soon as you do.
      </Paragraph>
      <Facts
        rows={[
          ["Card", mail.card],
          ["Confirm by", formatTime(mail.expiresAt)],
          ["Available balance", mail.available],
        ]}
      />
      <Paragraph>
        If you don’t confirm it in time, nothing is charged and auto top-up is turned off.
      </Paragraph>
      <ActionButton href={mail.confirmUrl}>Confirm payment</ActionButton>
    </>
  ),
};

export const autoTopUpDisabled: Template<MailProps["auto_topup_disabled"]> = {
  subject: () => "Auto top-up was turned off",
  Content: ({ mail, context }) => (
    <>
      <Paragraph>{mail.explanation}</Paragraph>
      <Facts rows={[["Available balance", mail.available]]} />
      <Paragraph>
        Until it is on again, your card isn’t charged. If your balance runs out, further usage is declined
        until you top up.
      </Paragraph>
      <ActionButton href={pageUrl(context, "/billing", "#auto-top-up")}>Review auto top-up</ActionButton>
    </>
  ),
};

export const dailyCapReached: Template<MailProps["daily_cap_reached"]> = {
  subject: () => "You reached your daily auto top-up limit",
  Content: ({ mail, context }) => (
    <>
      <Paragraph>
        Your balance is below its threshold, but another auto top-up would exceed your daily limit, so your
        card wasn’t charged.
      </Paragraph>
      <Facts
        rows={[
          ["Last 24 hours", capText(mail.used, mail.usedCount)],
          ["Daily limit", capText(mail.cap, mail.count)],
          ...(mail.freesAt ? ([["Next auto top-up", formatTime(mail.freesAt)]] as const) : []),
          ["Available balance", mail.available],
        ]}
      />
      {mail.raised ? (
        <>
          <Paragraph>
            If you expect this spending, raise the limit to {capText(mail.raised.cap, mail.raised.count)} for
            the next 24 hours. We’ll ask you to confirm.
          </Paragraph>
          <ActionButton href={pageUrl(context, "/billing/allow-more")}>Allow more for 24 hours</ActionButton>
        </>
      ) : (
        <>
          <Paragraph>You already raised this limit for 24 hours. You can still top up yourself.</Paragraph>
          <ActionButton href={pageUrl(context, "/billing")}>Top up</ActionButton>
        </>
      )}
    </>
  ),
};

export const monthlyCapReached: Template<MailProps["monthly_cap_reached"]> = {
  subject: () => "You reached your monthly auto top-up limit",
  Content: ({ mail, context }) => (
    <>
      <Paragraph>
        Your balance is below its threshold, but another auto top-up would exceed your monthly limit, so your
        card wasn’t charged.
      </Paragraph>
      <Facts
        rows={[
          ["This month", mail.used],
          ["Monthly limit", mail.cap],
          ...(mail.freesAt ? ([["Next auto top-up", formatTime(mail.freesAt)]] as const) : []),
          ["Available balance", mail.available],
        ]}
      />
      <Paragraph>To keep your balance topped up until then, raise the limit, or top up yourself.</Paragraph>
      <ActionButton href={pageUrl(context, "/billing", "#auto-top-up")}>Review auto top-up</ActionButton>
    </>
  ),
};

function capText(amount: string, count: number): string {
  return `${amount} in ${count === 1 ? "1 charge" : `${count} charges`}`;
}
