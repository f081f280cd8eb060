import type { Operator } from "../operator";
import { ActionButton, Layout, Paragraph } from "./layout";

interface SignInLinkProps {
  title: string;
  url: string;
  operator: Operator;
}

/** The email with a sign-in link. Its reader may not be a customer yet. */
export function SignInLink({ title, url, operator }: SignInLinkProps) {
  return (
    <Layout
      title={title}
      operator={operator}
      footer="You receive this because somebody entered your address on the sign-in page. If it wasn’t you, you can ignore this email."
    >
      <Paragraph>The link works once and expires after 24 hours.</Paragraph>
      <ActionButton href={url}>Sign in</ActionButton>
    </Layout>
  );
}
