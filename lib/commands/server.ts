import { setFlagsFromString } from "node:v8";

const isDev = process.argv.includes("--dev");

// Where much memory is free, V8 lets a heap grow fourfold before it looks for old garbage: a server under load then takes up
// to 390 MB. Growing by half only, it takes 290, and answers as many requests.
setFlagsFromString("--heap-growing-percent=50");

// Before anything that looks at it is loaded: React and Next choose their build by it.
Object.assign(process.env, { NODE_ENV: isDev ? "development" : "production" });

const [{ default: next }, { serve }] = await Promise.all([import("next"), import("./server/serve")]);
await serve({ isDev, next });
