import type { Metadata } from "next";
import { connection } from "next/server";
import { DocsFrame } from "@/components/docs/docs-frame";
import { Reference } from "@/components/docs/reference";
import { apiDocument } from "@/lib/http";

export const metadata: Metadata = { title: "API reference", robots: { index: false, follow: false } };

export default async function ApiReferencePage() {
  await connection(); // the document has our own address in it, which only the running server knows
  return (
    <DocsFrame current="/docs/api">
      <Reference document={apiDocument()} />
    </DocsFrame>
  );
}
