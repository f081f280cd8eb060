import type { Metadata } from "next";
import { buttonLook } from "@/components/ui/button";
import { PlainPage } from "@/components/ui/plain-page";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <PlainPage title="Page not found">
      <p className="mt-4 text-soft">
        This page does not exist, or you are not a member of the customer it belongs to.
      </p>
      <a href="/billing" className={buttonLook("secondary", "mt-8 self-start")}>
        Go to billing
      </a>
    </PlainPage>
  );
}
