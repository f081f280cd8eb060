import type { Adapter, AdapterAccount, AdapterUser } from "next-auth/adapters";
import {
  createSignInToken,
  createVerifiedUser,
  findUserByEmail,
  findUserByProviderAccount,
  linkProviderAccount,
  readUser,
  redeemSignInToken,
} from "@/lib/auth";
import type { UserId } from "@/lib/platform/ids";

/** Returns next-auth's access to the users and their provider accounts. Sessions are ours alone. */
export function userAdapter(): Adapter {
  return {
    createUser: (user: Omit<AdapterUser, "id">) => createVerifiedUser(user), // see `maySignIn`
    // next-auth would read the user of the current session and link a new provider account to it. A session proves no
    // address, and signing in must prove one.
    getUser: async () => null,
    getUserByEmail: findUserByEmail,
    getUserByAccount: findUserByProviderAccount,
    // next-auth would mark the address as verified. `completeSignIn` does that, with everything that follows from it.
    updateUser: ({ id }) => readUser(id),
    linkAccount: ({ userId, type, provider, providerAccountId }: AdapterAccount) =>
      linkProviderAccount(userId as UserId, { type, provider, providerAccountId }),
    createVerificationToken: createSignInToken,
    useVerificationToken: redeemSignInToken,
  };
}
