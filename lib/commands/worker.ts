// Set before any module that reads it is loaded.
Object.assign(process.env, { NODE_ENV: "production" });

const { work } = await import("./server/work");
await work();

export {};
