import type { ReactNode } from "react";
import { Brand } from "../ui/brand";
import { Button } from "../ui/button";

interface PageFrameProps {
  /** Null if the user has no customer. */
  customerName: string | null;
  userEmail: string;
  children: ReactNode;
}

/** Header and footer of the billing pages. */
export function PageFrame({ customerName, userEmail, children }: PageFrameProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="border-b border-line">
        <div className="mx-auto flex min-h-16 w-full max-w-[1136px] items-center gap-x-4 px-5 sm:px-8">
          <a href="/billing" className="-ml-1 flex min-h-11 items-center rounded-lg px-1">
            <Brand />
          </a>
          {customerName && (
            <p className="min-w-0 truncate border-l border-line pl-4 text-[15px] text-soft">{customerName}</p>
          )}
          <div className="ml-auto flex flex-none items-center gap-x-2">
            <p className="hidden max-w-64 truncate text-[15px] text-faint sm:block">{userEmail}</p>
            <form method="post" action="/sign-out">
              <Button type="submit" look="quiet" className="-mr-4">
                Sign out
              </Button>
            </form>
          </div>
        </div>
      </header>
      <main className="mx-auto w-full max-w-[1136px] flex-1 px-5 pt-8 pb-20 sm:px-8 sm:pt-12">
        {children}
      </main>
      <footer className="mx-auto w-full max-w-[1136px] px-5 pb-8 text-sm text-faint sm:px-8">
        <div className="flex flex-wrap items-center gap-x-6 border-t border-line pt-4">
          <p className="py-2">
            <span className="sm:hidden">Signed in as {userEmail}. </span>
            Balances are in US dollars. Payments are processed by Stripe.
          </p>
          <nav aria-label="For developers" className="flex gap-x-6 sm:ml-auto">
            <a href="/docs/quick-start" className="flex min-h-11 items-center hover:text-ink">
              Quick start
            </a>
            <a href="/docs/api" className="flex min-h-11 items-center hover:text-ink">
              API reference
            </a>
          </nav>
        </div>
      </footer>
    </div>
  );
}
