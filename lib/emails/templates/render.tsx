import { render, toPlainText } from "@react-email/render";
import type { ReactElement } from "react";
import type { Operator } from "../operator";
import {
  autoTopUpActionRequired,
  autoTopUpDeclined,
  autoTopUpDisabled,
  dailyCapReached,
  monthlyCapReached,
} from "./auto-top-up";
import { Layout } from "./layout";
import { cardExpiring, lowBalance } from "./notices";
import type { MailKind, MailProps } from "./props";
import { autoTopUpSucceeded, refundSucceeded, topUpCredited } from "./receipts";
import { SignInLink } from "./sign-in-link";
import type { MailContext, Template } from "./template";

const TEMPLATES: { readonly [Kind in MailKind]: Template<MailProps[Kind]> } = {
  refund_succeeded: refundSucceeded,
  topup_credited: topUpCredited,
  auto_topup_succeeded: autoTopUpSucceeded,
  auto_topup_declined: autoTopUpDeclined,
  auto_topup_action_required: autoTopUpActionRequired,
  auto_topup_disabled: autoTopUpDisabled,
  daily_cap_reached: dailyCapReached,
  monthly_cap_reached: monthlyCapReached,
  card_expiring: cardExpiring,
  low_balance: lowBalance,
};

/** The parts of an email that a template determines. */
export interface MailContent {
  subject: string;
  text: string;
  html: string;
}

/** Renders an email to a customer. */
export function renderCustomerMail<Kind extends MailKind>(
  kind: Kind,
  mail: MailProps[Kind],
  context: MailContext,
): Promise<MailContent> {
  const { subject, Content }: Template<MailProps[Kind]> = TEMPLATES[kind];
  const title = subject(mail);
  const { operator, customerName } = context;
  const footer = `You receive this because you manage the billing of ${customerName} at ${hostOf(operator)}.`;
  return renderContent(
    title,
    <Layout title={title} operator={operator} footer={footer}>
      <Content mail={mail} context={context} />
    </Layout>,
  );
}

/** Renders the email with a sign-in link. */
export function renderSignInLink(link: { url: string; operator: Operator }): Promise<MailContent> {
  const title = `Sign in to ${hostOf(link.operator)}`;
  return renderContent(title, <SignInLink title={title} {...link} />);
}

function hostOf({ appUrl }: Operator): string {
  return new URL(appUrl).host;
}

async function renderContent(subject: string, page: ReactElement): Promise<MailContent> {
  const html = await render(page);
  return { subject, html, text: `${toPlainText(html, TEXT_OPTIONS)}\n` };
}

const TEXT_OPTIONS: Parameters<typeof toPlainText>[1] = {
  wordwrap: false,
  selectors: [
    { selector: "h1", options: { uppercase: false } },
    { selector: "table.facts", format: "dataTable", options: { uppercaseHeaderCells: false, colSpacing: 3 } },
  ],
};
