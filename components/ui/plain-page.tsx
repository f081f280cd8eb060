import type { ReactNode } from "react";
import { Brand } from "./brand";

/** Layout of a page with a single message or form. */
export function PlainPage({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[432px] flex-col px-6 pt-16 pb-16 sm:pt-[16vh]">
      <Brand />
      <h1 className="mt-10 text-[26px] leading-8 font-semibold tracking-[-0.02em]">{title}</h1>
      {children}
    </main>
  );
}
