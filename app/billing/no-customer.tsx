import { PageFrame } from "@/components/billing/page-frame";

/** For somebody who is signed in and belongs to no customer. */
export function NoCustomer({ userEmail }: { userEmail: string }) {
  return (
    <PageFrame customerName={null} userEmail={userEmail}>
      <h1 className="text-[26px] leading-8 font-semibold tracking-[-0.02em]">
        There is no balance for you yet
      </h1>
      <p className="mt-4 max-w-[60ch] text-soft">
        You are signed in as {userEmail}, but no customer has you as a member. Ask whoever runs the service to
        add this address, then reload the page. If you have another address, sign out and use that one.
      </p>
    </PageFrame>
  );
}
