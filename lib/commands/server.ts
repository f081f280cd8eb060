const isDev = process.argv.includes("--dev");

// Before React and Next are loaded, which choose their build by it.
Object.assign(process.env, { NODE_ENV: isDev ? "development" : "production" });

const [{ default: next }, { serve }] = await Promise.all([import("next"), import("./server/serve")]);
await serve({ isDev, next });
