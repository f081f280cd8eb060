import { Body, Button, Container, Head, Heading, Html, Link, Section, Text } from "@react-email/components";
import type { ReactNode } from "react";
import type { Operator } from "../operator";

/** Email clients support inline styles; those that know dark mode also read this sheet. */
const DARK = `
@media (prefers-color-scheme: dark) {
  .page, .page > table > tbody > tr > td { background-color: #0e1112 !important; }
  .ink { color: #eef1f1 !important; }
  .soft { color: #b2babc !important; }
  .rule { border-color: #272d2f !important; }
  .link { color: #5fc7c4 !important; }
  .button { background-color: #5fc7c4 !important; color: #04211f !important; }
}`;

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
const INK = "#15191b";
const SOFT = "#4d5558";
const ACCENT = "#0d5c63";
const RULE = "1px solid #e4e7e6";

interface LayoutProps {
  title: string;
  children: ReactNode;
  operator: Operator;
  /** Why the recipient gets the email. */
  footer: string;
}

/** The page of every email: a title, its content, and a footer. It loads nothing from the network. */
export function Layout({ title, children, operator, footer }: LayoutProps) {
  return (
    <Html lang="en">
      <Head>
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{title}</title>
        <style>{DARK}</style>
      </Head>
      <Body
        className="page"
        style={{ margin: 0, padding: "32px 20px", backgroundColor: "#ffffff", fontFamily: FONT }}
      >
        <Container style={{ maxWidth: 520, margin: "0 auto" }}>
          <Text
            className="soft"
            data-skip-in-text
            style={{ margin: "0 0 24px", fontSize: 15, lineHeight: "24px", fontWeight: 600, color: SOFT }}
          >
            {operator.name}
          </Text>
          <Heading
            as="h1"
            className="ink"
            style={{ margin: "0 0 16px", fontSize: 22, lineHeight: "30px", fontWeight: 600, color: INK }}
          >
            {title}
          </Heading>
          {children}
          <Section className="rule" style={{ marginTop: 8, paddingTop: 16, borderTop: RULE }}>
            <FooterLine>{footer}</FooterLine>
            {operator.supportUrl && (
              <FooterLine>
                Questions?{" "}
                <Link className="link" href={operator.supportUrl} style={{ color: ACCENT }}>
                  Contact support
                </Link>
              </FooterLine>
            )}
            {operator.address && <FooterLine>{operator.address}</FooterLine>}
          </Section>
        </Container>
      </Body>
    </Html>
  );
}

function FooterLine({ children }: { children: ReactNode }) {
  return (
    <Text className="soft" style={{ margin: "0 0 8px", fontSize: 13, lineHeight: "20px", color: SOFT }}>
      {children}
    </Text>
  );
}

/** A paragraph. */
export function Paragraph({ children }: { children: ReactNode }) {
  return (
    <Text className="ink" style={{ margin: "0 0 16px", fontSize: 16, lineHeight: "24px", color: INK }}>
      {children}
    </Text>
  );
}

/** The action that the email asks for. At most one per email. */
export function ActionButton({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Section style={{ margin: "8px 0 24px" }}>
      <Button
        className="button"
        href={href}
        style={{
          padding: "12px 20px",
          borderRadius: 10,
          backgroundColor: ACCENT,
          color: "#ffffff",
          fontSize: 16,
          fontWeight: 600,
        }}
      >
        {children}
      </Button>
    </Section>
  );
}

/** Amounts, dates and names with their labels, one per line. */
export function Facts({ rows }: { rows: readonly (readonly [label: string, value: string])[] }) {
  return (
    <table
      role="presentation"
      className="facts"
      width="100%"
      cellPadding={0}
      cellSpacing={0}
      style={{ margin: "8px 0 24px", borderCollapse: "collapse" }}
    >
      <tbody>
        {rows.map(([label, value]) => (
          <tr key={label}>
            <td
              className="soft rule"
              style={{ ...CELL, paddingRight: 12, whiteSpace: "nowrap", color: SOFT }}
            >
              {label}
            </td>
            <td className="ink rule" align="right" style={{ ...CELL, color: INK, textAlign: "right" }}>
              {value}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const CELL = {
  padding: "10px 0",
  borderTop: RULE,
  fontSize: 14,
  lineHeight: "24px",
  verticalAlign: "top",
  fontVariantNumeric: "tabular-nums",
} as const;
