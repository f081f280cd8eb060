import { PrismaAdapter } from "@auth/prisma-adapter";
import type { Adapter } from "next-auth/adapters";
import { prisma } from "@/lib/platform/db";
import { normalizeEmail, parseEmail } from "@/lib/platform/email-address";
import { newId } from "@/lib/platform/ids";

/** A user as next-auth gives it: whoever came by a verified e-mail address. */
interface NewUser {
  email: string;
  emailVerified?: Date | null;
  name?: string | null;
  image?: string | null;
}

/** next-auth's view of our users: ids are ours, addresses lower-case, and no provider's tokens are kept. */
export function userAdapter(): Adapter {
  const base = PrismaAdapter(asAdapterClient(prisma()));
  const { useVerificationToken: redeemToken } = base; // no hook of React's
  return asAdapter({
    ...base,
    createUser: (user: NewUser) =>
      prisma().user.create({
        data: {
          id: newId("user"),
          email: normalizeEmail(user.email),
          // Every way to sign in proves the address, see `maySignIn`.
          emailVerified: user.emailVerified ?? new Date(),
          name: user.name ?? null,
          image: user.image ?? null,
        },
      }),
    // next-auth would ask for the user of the present session, and link a new provider account to it. Whoever signs in
    // must prove an address; a session proves none.
    getUser: async () => null,
    // Would mark the address as proven; `completeSignIn` does, with all that follows from it.
    updateUser: ({ id }: { id: string }) => prisma().user.findUniqueOrThrow({ where: { id } }),
    getUserByEmail: (email: string) => prisma().user.findUnique({ where: { email: normalizeEmail(email) } }),
    useVerificationToken: async (link: { identifier: string; token: string }) =>
      // From the address of a link, which anybody can write.
      parseEmail(link.identifier) === null ? null : ((await redeemToken?.(link)) ?? null),
    linkAccount: async ({ userId, type, provider, providerAccountId }: Record<LinkField, string>) => {
      // Tokens for GitHub or Google are of no use to us, and what is not stored cannot leak.
      await prisma().account.create({ data: { userId, type, provider, providerAccountId } });
    },
  });
}

type LinkField = "userId" | "type" | "provider" | "providerAccountId";

/** The adapter is typed against the next major of next-auth; what it does at run time is the same in both. */
function asAdapter(adapter: object): Adapter {
  return adapter as Adapter;
}

/** The adapter is typed against the classic Prisma client; ours, from the new generator, has the same models. */
function asAdapterClient(client: ReturnType<typeof prisma>): Parameters<typeof PrismaAdapter>[0] {
  return client as unknown as Parameters<typeof PrismaAdapter>[0];
}
