import { ActionButton, Facts, Paragraph } from "./layout";
import type { MailProps, ReceiptProps } from "./props";
import { formatTime, type MailContext, pageUrl, type Template } from "./template";

export const topUpCredited: Template<MailProps["topup_credited"]> = {
  subject: ({ credited }) => `Receipt: ${credited} added to your balance`,
  Content: ({ mail, context }) => (
    <>
      <Paragraph>We received your payment and added it to your balance. Thank you.</Paragraph>
      <Receipt mail={mail} context={context} />
    </>
  ),
};

export const autoTopUpSucceeded: Template<MailProps["auto_topup_succeeded"]> = {
  subject: ({ credited }) => `Auto top-up: ${credited} added to your balance`,
  Content: ({ mail, context }) => (
    <>
      <Paragraph>
        {mail.card
          ? `Your balance fell below ${mail.threshold}, so we charged ${mail.card} as you agreed.`
          : "You paid the invoice of an auto top-up, and we added it to your balance. Thank you."}
      </Paragraph>
      <Receipt mail={mail} context={context} />
    </>
  ),
};

function Receipt({ mail, context }: { mail: ReceiptProps; context: MailContext }) {
  return (
    <>
      <Facts
        rows={[
          ["Date", formatTime(mail.paidAt)],
          ...(mail.invoiceNumber ? ([["Invoice", mail.invoiceNumber]] as const) : []),
          ["Paid", mail.total],
          ["Tax included", mail.tax],
          ["Added to balance", mail.credited],
          ["Balance after", mail.balanceAfter],
        ]}
      />
      {mail.isConverted && (
        <Paragraph>You paid in another currency, so your bank shows that currency.</Paragraph>
      )}
      <ActionButton href={pageUrl(context, `/billing/top-ups/${encodeURIComponent(mail.topUpIntentId)}`)}>
        View top-up and invoice
      </ActionButton>
    </>
  );
}

export const refundSucceeded: Template<MailProps["refund_succeeded"]> = {
  subject: ({ amount }) => `Refund of ${amount}`,
  Content: ({ mail, context }) => (
    <>
      <Paragraph>
        We refunded your original payment method. Banks usually take 5 to 10 business days to show it.
      </Paragraph>
      <Facts
        rows={[
          ["Original payment", mail.paid],
          ["Refunded", mail.amount],
          ...(mail.fromBalance ? ([["Deducted from balance", mail.fromBalance]] as const) : []),
        ]}
      />
      {mail.isConverted && (
        <Paragraph>You paid in another currency, so your bank shows the refund in that currency.</Paragraph>
      )}
      <ActionButton href={pageUrl(context, "/billing")}>View balance and top-ups</ActionButton>
    </>
  ),
};
