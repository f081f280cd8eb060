import type { Metadata } from "next";
import { ApiReference } from "@/components/docs/api-reference";
import { DocsFrame } from "@/components/docs/docs-frame";

export const metadata: Metadata = { title: "API reference", robots: { index: false, follow: false } };

export default function ApiReferencePage() {
  return (
    <DocsFrame current="/docs/api">
      <ApiReference />
    </DocsFrame>
  );
}
