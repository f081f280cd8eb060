// Before anything that looks at it is loaded: e-mails are rendered with React.
Object.assign(process.env, { NODE_ENV: "production" });

const { work } = await import("./server/work");
await work();

export {};
