import { step } from "./progress";
import { DemoError, type DemoSettings } from "./settings";

/** Has what the parts run ready: the production build, or for development only what Next does not make itself. */
export async function prepareProgram({ root, isDev }: DemoSettings, signal: AbortSignal): Promise<void> {
  if (isDev) {
    const { generatePrismaClient } = await import("../build/prisma-client");
    const { copyReferenceRenderer } = await import("../build/reference-renderer");
    await step("Prisma client", () => generatePrismaClient(root));
    copyReferenceRenderer(root);
    return;
  }
  const { buildForProduction, isBuildCurrent } = await import("../build/production-build");
  if (isBuildCurrent(root)) return;
  await step("Production build (once, until the sources change)", async () => {
    try {
      await buildForProduction(root, { isQuiet: true, signal });
    } catch (error) {
      throw new DemoError(error instanceof Error ? error.message : String(error));
    }
  });
}
