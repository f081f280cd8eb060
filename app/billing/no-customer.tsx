import { PageFrame } from "@/components/billing/page-frame";

/** Shown to a signed-in user who is not a member of any customer. */
export function NoCustomer({ userEmail }: { userEmail: string }) {
  return (
    <PageFrame customerName={null} userEmail={userEmail}>
      <h1 className="text-[26px] leading-8 font-semibold tracking-[-0.02em]">
        You do not have a balance yet
      </h1>
      <p className="mt-4 max-w-[60ch] text-soft">
        You are signed in as {userEmail}, but this address is not a member of any customer. Ask the operator
        of this service to add it, then reload the page. If your balance uses a different email address, sign
        out and sign in with that one.
      </p>
    </PageFrame>
  );
}
