import manifest from "@/package.json" with { type: "json" };

/** The version of Brim. */
export const VERSION: string = manifest.version;
