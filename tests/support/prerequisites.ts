import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { depth } from "./depth";

interface PackageJson {
  engines: { node: string };
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/**
 * Checks the prerequisites of all steps.
 *
 * @returns what is missing and how to install it, or undefined
 */
export function missingPrerequisite(projectRoot: string): string | undefined {
  const manifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as PackageJson;
  const wanted = manifest.engines.node.replace(">=", "");
  if (isOlder(process.versions.node, wanted)) {
    return `Node.js ${wanted} or newer is required; this is ${process.versions.node}. See https://nodejs.org/en/download`;
  }

  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const absent = names.filter((name) => !existsSync(join(projectRoot, "node_modules", name)));
  if (absent.length > 0) return `Packages are not installed (${absent.join(", ")}). Run npm install.`;

  return wrongDepth();
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) < 0;
}

function wrongDepth(): string | undefined {
  try {
    depth();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
