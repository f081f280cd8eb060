import { ActionButton, Facts, Paragraph } from "./layout";
import type { MailProps } from "./props";
import { pageUrl, type Template } from "./template";

export const cardExpiring: Template<MailProps["card_expiring"]> = {
  subject: ({ card }) => `${card} expires soon`,
  Content: ({ mail, context }) => (
    <>
      <Paragraph>
        {mail.isForAutoTopUp
          ? "Auto top-up charges this card. Add another card before it expires, so that your balance keeps being topped up."
          : "This is your default card. Add another one before it expires."}
      </Paragraph>
      <Facts
        rows={[
          ["Card", mail.card],
          ["Expires", mail.expires],
        ]}
      />
      <ActionButton href={pageUrl(context, "/billing", "#cards")}>Update cards</ActionButton>
    </>
  ),
};

export const lowBalance: Template<MailProps["low_balance"]> = {
  subject: ({ threshold }) => `Your balance is below ${threshold}`,
  Content: ({ mail, context }) => (
    <>
      <Paragraph>
        {mail.isAutoTopUpReady
          ? "Auto top-up is on, so you don’t need to do anything."
          : "If your balance runs out, further usage is declined until you top up."}
      </Paragraph>
      <Facts
        rows={[
          ["Your alert threshold", mail.threshold],
          ["Available balance", mail.available],
        ]}
      />
      <ActionButton href={pageUrl(context, "/billing")}>
        {mail.isAutoTopUpReady ? "View balance" : "Top up"}
      </ActionButton>
    </>
  ),
};
