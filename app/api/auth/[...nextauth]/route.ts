import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { answerAuthRequest, authOptions } from "@/lib/http";

async function handler(
  request: NextRequest,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const { nextauth } = await context.params;
  return answerAuthRequest(request, nextauth, (checked) =>
    NextAuth(new NextRequest(request.url, checked), context, authOptions()),
  );
}

export { handler as GET, handler as POST };
