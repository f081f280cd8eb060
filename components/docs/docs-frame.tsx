import type { ReactNode } from "react";
import { Brand } from "../ui/brand";
import { classNames } from "../ui/class-names";

const PAGES = [
  { href: "/docs/quick-start", label: "Quick start" },
  { href: "/docs/api", label: "API reference" },
] as const;

/** Header of the documentation pages. */
export function DocsFrame({
  current,
  children,
}: {
  current: (typeof PAGES)[number]["href"];
  children: ReactNode;
}) {
  // Scalar renders its own <header>, and a page should have only one.
  const Bar = current === "/docs/api" ? "div" : "header";
  return (
    <div className="flex min-h-dvh flex-col">
      <Bar className="border-b border-line">
        <nav
          aria-label="Documentation"
          className="mx-auto flex min-h-16 w-full max-w-[1360px] flex-wrap items-center gap-x-6 px-5 sm:px-8"
        >
          <a href="/billing" className="-ml-1 flex min-h-11 items-center rounded-lg px-1">
            <Brand />
          </a>
          <div className="flex gap-x-5 text-[15px]">
            {PAGES.map(({ href, label }) => (
              <a
                key={href}
                href={href}
                aria-current={href === current ? "page" : undefined}
                className={classNames(
                  "flex min-h-11 items-center",
                  href === current ? "font-medium text-ink" : "text-soft hover:text-ink",
                )}
              >
                {label}
              </a>
            ))}
          </div>
        </nav>
      </Bar>
      {children}
    </div>
  );
}
