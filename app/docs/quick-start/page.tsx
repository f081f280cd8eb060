import type { Metadata } from "next";
import { connection } from "next/server";
import { DocsFrame } from "@/components/docs/docs-frame";
import { QuickStart } from "@/components/docs/quick-start";
import { env } from "@/lib/platform/env";
import { quickStartSteps } from "./steps";

export const metadata: Metadata = { title: "Quick start", robots: { index: false, follow: false } };

export default async function QuickStartPage() {
  await connection(); // the steps contain APP_URL, which is known only at run time
  return (
    <DocsFrame current="/docs/quick-start">
      <QuickStart steps={quickStartSteps(env().APP_URL)} />
    </DocsFrame>
  );
}
